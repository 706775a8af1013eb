package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaDevicesTest {

    @TempDir
    Path directory;

    /** A driver with devices of 16 GiB. */
    private static class FakeDriver implements CudaDriver {
        private final int devices;

        FakeDriver(int devices) {
            this.devices = devices;
        }

        @Override
        public void init() {
            assertThat(Path.of(System.getProperty("java.io.tmpdir")).getFileName())
                    .as("where jcuda would unpack its library")
                    .hasToString("native");
        }

        @Override
        public int version() {
            return 12_060;
        }

        @Override
        public int deviceCount() {
            return devices;
        }

        @Override
        public String name(int index) {
            return "GPU " + index;
        }

        @Override
        public byte[] uuid(int index) {
            byte[] uuid = new byte[16];
            uuid[0] = (byte) 0xab;
            uuid[15] = (byte) index;
            return uuid;
        }

        @Override
        public String pciBusId(int index) {
            return "0000:0A:00." + index;
        }

        @Override
        public long totalBytes(int index) {
            return 16L << 30;
        }

        @Override
        public int computeCapability(int index) {
            return 89;
        }

        @Override
        public CudaContext open(int index) {
            throw new AssertionError("discovery opens nothing");
        }
    }

    private CudaDevices find(boolean library, Supplier<CudaDriver> driver) throws IOException {
        if (library) {
            Files.writeString(directory.resolve(DriverLibrary.NAME), "");
        }
        Path version = Files.writeString(
                directory.resolve("version"),
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\n");
        DriverLibrary where = new DriverLibrary("", directory.resolve("no-cache"), List.of(directory));
        return new CudaDiscovery(where, directory.resolve("native"), version, driver).find();
    }

    @Test
    void devices_areDescribed() throws IOException {
        String tmpdir = System.getProperty("java.io.tmpdir");
        CudaDevices found = find(true, () -> new FakeDriver(2));
        assertThat(found.problem()).isEmpty();
        assertThat(found.devices())
                .hasSize(2)
                .element(1)
                .isEqualTo(new CudaDevice(
                        1,
                        "GPU 1",
                        "GPU-ab000000-0000-0000-0000-000000000001",
                        "0000:0a:00.1",
                        16L << 30,
                        "8.9",
                        "12.6",
                        Optional.of("550.54.14")));
        assertThat(System.getProperty("java.io.tmpdir")).isEqualTo(tmpdir);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("native"))))
                .isEqualTo("rwx------");
    }

    @Test
    void withoutTheLibrary_nothingIsLoaded() throws IOException {
        CudaDevices found = find(false, () -> {
            throw new AssertionError("touched jcuda");
        });
        assertThat(found.problem()).contains("no NVIDIA driver: libcuda.so.1 not found");
        assertThat(directory.resolve("native")).doesNotExist();
    }

    @Test
    void driverThatFails_noDevice_andBrokenLibrary_areReasons() throws IOException {
        assertThat(find(true, () -> new FakeDriver(0)).problem())
                .contains("the NVIDIA driver reports no device: run 'modprobe nvidia', give this user access to"
                        + " /dev/nvidia*, and check CUDA_VISIBLE_DEVICES, which may hide it");
        CudaDevices failing = find(true, () -> new FakeDriver(1) {
            @Override
            public void init() {
                throw new CudaException("cuInit", 999, "CUDA_ERROR_UNKNOWN");
            }
        });
        assertThat(failing.problem()).contains("the NVIDIA driver does not work: cuInit: CUDA_ERROR_UNKNOWN (999)");
        CudaDevices broken = find(true, () -> {
            throw new UnsatisfiedLinkError("wrong ELF class");
        });
        assertThat(broken.problem()).contains("jcuda's library cannot be loaded: wrong ELF class");
    }

    @Test
    void library_isFoundThroughPathAndCache() throws IOException {
        Path real = Files.createDirectories(directory.resolve("lib")).resolve(DriverLibrary.NAME);
        Files.writeString(real, "");
        Path cache = directory.resolve("ld.so.cache");
        Files.write(
                cache,
                ("glibc-ld.so.cache1.1\0libc.so.6\0/lib/libc.so.6\0libcuda.so.1\0" + real + "\0rest")
                        .getBytes(ISO_8859_1));
        Path none = directory.resolve("none");
        assertThat(new DriverLibrary("", cache, List.of()).find()).contains(real);
        assertThat(new DriverLibrary("/nowhere::" + real.getParent(), none, List.of()).find())
                .contains(real);
        assertThat(new DriverLibrary("", none, List.of(real.getParent())).find())
                .contains(real);
        assertThat(new DriverLibrary("", none, List.of()).find()).isEmpty();
        Files.delete(real);
        assertThat(new DriverLibrary("", cache, List.of()).find()).isEmpty();
    }
}
