package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The binding of NVRTC and its results, with fake libraries that this test compiles. */
@ExtendWith(NeedsCompiler.class)
class NvrtcTest {

    @TempDir
    Path directory;

    private final List<Path> libraries = new ArrayList<>();

    /** JNA also caches a library by file name alone and would return these instead of the real one. */
    @AfterEach
    void forget() {
        libraries.forEach(
                library -> NativeLibrary.getInstance(library.toString()).close());
    }

    /** A library of that name in that directory which reports a version, 10 major + minor. */
    private Path library(String in, String name, int version) throws IOException, InterruptedException {
        Path place = Files.createDirectories(directory.resolve(in));
        Path source = Files.writeString(place.resolve("nvrtc.c"), EmulatedKernels.resource("/emulation/nvrtc.c"));
        Process process = new ProcessBuilder(
                        "gcc",
                        "-w",
                        "-shared",
                        "-fPIC",
                        "-DVERSION=" + version,
                        "-o",
                        place.resolve(name).toString(),
                        source.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        libraries.add(place.resolve(name));
        return place;
    }

    @Test
    void newestLibrary_isUsed_underEachOfItsNames() throws Exception {
        Path place = library("many", "libnvrtc.so.11.2", 118);
        assertThat(Nvrtc.find(List.of(place), 13).version()).isEqualTo("11.8");
        library("many", "libnvrtc.so.12", 126);
        assertThat(Nvrtc.find(List.of(place), 13).version()).isEqualTo("12.6");
        library("many", "libnvrtc.so.13", 130);
        assertThat(Nvrtc.find(List.of(place), 13).version()).isEqualTo("13.0");
        Path plain = library("plain", "libnvrtc.so", 120);
        assertThat(Nvrtc.find(List.of(plain), 13).path())
                .isEqualTo(plain.resolve("libnvrtc.so").toString());
    }

    @Test
    void image_isForTheDevice_andCachedByCompilerDriverAndArchitecture() throws Exception {
        Path place = library("one", "libnvrtc.so.12", 124);
        Path newer = library("two", "libnvrtc.so.13", 130);
        Path kept = directory.resolve("native");
        KernelCache images = new KernelCache(kept, driver -> Nvrtc.find(List.of(place), driver));

        KernelCache.Image fresh = images.forDevice(86, "12.4", "550.54.14").get(0);

        assertThat(fresh.origin()).isEqualTo("NVRTC 12.4 for sm_86");
        assertThat(new String(fresh.image(), UTF_8)).isEqualTo("--std=c++17 -ftz=true --gpu-architecture=sm_86 ");
        assertThat(images.forDevice(86, "12.4", "550.54.14").get(0).origin()).isEqualTo("NVRTC 12.4 for sm_86, cached");
        images.forDevice(89, "12.4", "550.54.14");
        images.forDevice(89, "13.0", "580.65.06");
        new KernelCache(kept, driver -> Nvrtc.find(List.of(newer), driver)).forDevice(89, "13.0", "580.65.06");
        try (Stream<Path> files = Files.list(kept)) {
            assertThat(files).hasSize(4);
        }
        images.discard(fresh);
        assertThat(images.forDevice(86, "12.4", "550.54.14").get(0).origin()).isEqualTo("NVRTC 12.4 for sm_86");
    }

    /** A driver supports the machine code of every CUDA of its major version and of older ones, not of the next. */
    @Test
    void libraryNewerThanTheDriver_isReplacedByAnOlder() throws Exception {
        Path place = library("mixed", "libnvrtc.so.13", 130);
        // Older than any NVRTC that may be installed.
        assertThatThrownBy(() -> Nvrtc.find(List.of(place), 10))
                .isInstanceOf(Nvrtc.CompileException.class)
                .hasMessageContaining("NVRTC for a driver of CUDA 10 not found")
                .hasMessageContaining("libnvrtc.so.13 (13.0, newer than the driver)");
        library("mixed", "libnvrtc.so.12", 129);

        assertThat(Nvrtc.find(List.of(place), 12).version()).isEqualTo("12.9");
        assertThat(Nvrtc.find(List.of(place), 13).version()).isEqualTo("13.0");
    }

    @Test
    void deviceNewerThanTheCompiler_getsThePackagedPtx() throws Exception {
        Path place = library("old", "libnvrtc.so.11.2", 112);

        assertThat(new KernelCache(directory.resolve("native"), driver -> Nvrtc.find(List.of(place), driver))
                        .forDevice(999, "13.0", "580.65.06"))
                .extracting(KernelCache.Image::origin)
                .containsExactly("packaged PTX");
    }

    @Test
    void rejectedSource_reportsTheCompilersMessage() throws Exception {
        Nvrtc nvrtc = Nvrtc.find(List.of(library("strict", "libnvrtc.so.12", 120)), 13);

        assertThatThrownBy(() -> nvrtc.cubin("nonsense", 86))
                .isInstanceOf(Nvrtc.CompileException.class)
                .hasMessageContaining("sm_86: NVRTC_ERROR_COMPILATION")
                .hasMessageContaining("kernels.cu(1): error");
    }
}
