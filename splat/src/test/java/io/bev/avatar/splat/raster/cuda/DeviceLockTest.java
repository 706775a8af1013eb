package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceLockTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);
    private static final CudaDevice FIRST = device("GPU-11111111-0000-0000-0000-000000000000");
    private static final CudaDevice SECOND = device("GPU-22222222-0000-0000-0000-000000000000");

    @TempDir
    Path directory;

    private static CudaDevice device(String uuid) {
        return new CudaDevice(0, "Test GPU", uuid, "0000:01:00.0", 1L << 30, "8.9", "12.6", Optional.empty());
    }

    private DeviceLock.Place place(Path... directories) {
        return new DeviceLock.Place(List.of(directories), 77, Optional.of("mine.service"), NOON);
    }

    /** Another renderer; exits at the end of its input. */
    static final class Other {
        private Other() {}

        /** @param arguments directory of the locks, UUID */
        public static void main(String[] arguments) throws Exception {
            DeviceLock.Place place = new DeviceLock.Place(
                    List.of(Path.of(arguments[0])),
                    ProcessHandle.current().pid(),
                    Optional.of("bev-advanced-avatar.service"),
                    NOON);
            DeviceLock lock = DeviceLock.acquire(device(arguments[1]), place);
            System.out.println("taken");
            while (System.in.read() >= 0) {
                // until it is closed
            }
            lock.close();
        }
    }

    private Process otherHolding(CudaDevice device) throws IOException {
        Process other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        directory.toString(),
                        device.uuid())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader printed =
                new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8));
        String line = printed.readLine();
        while (line != null && !line.equals("taken")) {
            line = printed.readLine();
        }
        assertThat(line).isEqualTo("taken");
        return other;
    }

    @Test
    void deviceOfAnotherRenderer_isRejectedNamingIt_untilThatOneIsKilled() throws Exception {
        Process other = otherHolding(FIRST);

        assertThatThrownBy(() -> DeviceLock.acquire(FIRST, place(directory)))
                .isInstanceOf(DeviceInUseException.class)
                .hasMessageContaining("GPU 0 (Test GPU, " + FIRST.uuid() + ") is in use by another renderer")
                .hasMessageContaining(
                        "process " + other.pid() + " of bev-advanced-avatar.service since 2026-01-01T12:00:00Z")
                .hasMessageContaining("CUDA_VISIBLE_DEVICES");
        DeviceLock.acquire(SECOND, place(directory)).close();

        other.destroyForcibly().waitFor();
        DeviceLock.acquire(FIRST, place(directory)).close();
    }

    @Test
    void holder_isWrittenIntoTheFileAndGoesWithTheLock() throws Exception {
        Path file = directory.resolve("device-" + FIRST.uuid() + ".lock");
        try (DeviceLock lock = DeviceLock.acquire(FIRST, place(directory))) {
            assertThat(lock).isNotNull();
            assertThat(file).hasContent("process 77 of mine.service since 2026-01-01T12:00:00Z\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-rw----");
        }
        assertThat(file).isEmptyFile();
    }

    @Test
    void directoriesThatAreNotThere_areSkipped() throws Exception {
        try (DeviceLock lock = DeviceLock.acquire(FIRST, place(directory.resolve("absent"), directory))) {
            assertThat(lock).isNotNull();
            assertThat(directory).isDirectoryContaining("glob:**device-GPU-1*");
        }
        // Without any, the device is still used.
        DeviceLock.acquire(FIRST, place(directory.resolve("absent"))).close();
    }

    @Test
    void unit_isTheServiceOfTheControlGroup() throws Exception {
        Path cgroup = directory.resolve("cgroup");
        Files.writeString(cgroup, "0::/bev.slice/bev-avatar.slice/bev-advanced-avatar.service\n");
        assertThat(DeviceLock.Place.unit(cgroup)).contains("bev-advanced-avatar.service");
        Files.writeString(cgroup, "4:memory:/x\n1:name=systemd:/user.slice/user@0.service/app.slice/run.scope\n");
        assertThat(DeviceLock.Place.unit(cgroup)).isEmpty();
        Files.writeString(cgroup, "0::/init.scope\n");
        assertThat(DeviceLock.Place.unit(cgroup)).isEmpty();
        assertThat(DeviceLock.Place.unit(directory.resolve("none"))).isEmpty();
    }
}
