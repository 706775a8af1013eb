package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.cuda.FakeCudaDriverControl.Word;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The real path to the driver, jcuda and its natives, in processes whose {@code libcuda.so.1} is the fake one. They run
 * {@link FakeCudaDriverChecks}, {@link FakeCudaDriverLeakChecks} and the contract tests of a real device.
 */
@ExtendWith(NeedsCompiler.class)
class FakeCudaDriverTest {

    @TempDir
    Path directory;

    private Path file = Path.of("");
    private FakeCudaDriverControl control;

    @BeforeEach
    void makeControl() throws IOException {
        file = directory.resolve("control");
        control = FakeCudaDriverControl.open(file);
    }

    private FakeCudaDriverProcess.Outcome run(Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(main.getName()));
        command.addAll(Arrays.asList(arguments));
        return FakeCudaDriverProcess.run(FakeCudaDriverProcess.of(file, environment, command));
    }

    private void requireSuccess(FakeCudaDriverProcess.Outcome outcome, int tests) {
        assertThat(outcome.output()).contains(FakeCudaDriverProgram.NAME, "[ %9d tests successful".formatted(tests));
        assertThat(outcome.code()).as(outcome.output()).isZero();
        assertThat(control.get(Word.MISUSES)).as(outcome.output()).isZero();
    }

    @Test
    void lifeFaultsAndDevices() throws Exception {
        requireSuccess(run(Map.of(), FakeCudaDriverProgram.class, "FakeCudaDriverChecks"), 15);
    }

    /** The first half of the contract tests of a device; the other differs only in kernels. */
    @Test
    void contract() throws Exception {
        control.set(Word.AT_ONCE, 1);

        requireSuccess(run(Map.of(), FakeCudaDriverProgram.class, "DeviceCudaContractTest$DepthsFirst"), 28);

        assertThat(control.get(Word.LAUNCHES)).isGreaterThan(240);
        assertThat(control.held()).isEmpty();
    }

    /**
     * All models and contexts render; of the frames, which are equal, one in a hundred is rendered, and the others run
     * only the host side.
     */
    @Test
    void tenThousandFrames_hundredModels_hundredContexts_leakNothing() throws Exception {
        control.set(Word.AT_ONCE, 1);

        FakeCudaDriverProcess.Outcome outcome = run(Map.of(), FakeCudaDriverProgram.class, "FakeCudaDriverLeakChecks");

        requireSuccess(outcome, 1);
        assertThat(control.get(Word.CONTEXTS_MADE)).isEqualTo(104);
        assertThat(control.held()).as("at the end").isEmpty();
    }

    /** Prints the devices, or the reason why there is none. */
    static final class Lister {

        private Lister() {}

        public static void main(String[] arguments) {
            CudaDevices found = Gpu.devices();
            System.out.println("problem " + found.problem().orElse("none"));
            found.devices().forEach(device -> System.out.println("device " + device.index() + " " + device.pciBusId()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"1,0\", \"0 0000:41:00.0, 1 0000:01:00.0\"",
                "\"GPU-57a0d101,GPU-57A0D100-0000\", \"0 0000:41:00.0, 1 0000:01:00.0\"",
                "\"2,7,0\", \"0 0000:c1:00.0\"",
                "\"GPU-57a0\", \"\"",
                "\"1,-1,0\", \"0 0000:41:00.0\"",
                "\"0,GPU-57a0d101\", \"0 0000:01:00.0\"",
                "\"1,1\", \"\"",
                "\"MIG-57a0d100-0000-4000-8000-000000000001\", \"\"",
                "\"\", \"\""
            })
    void visibleDevices_areWhatTheDriverShows(String visible, String devices) throws Exception {
        FakeCudaDriverProcess.Outcome outcome = run(Map.of("CUDA_VISIBLE_DEVICES", visible), Lister.class);

        assertThat(outcome.code()).as(outcome.output()).isZero();
        assertThat(outcome.output().lines().filter(line -> line.startsWith("device ")))
                .containsExactlyElementsOf(
                        devices.isEmpty()
                                ? List.of()
                                : Arrays.stream(devices.split(", ", -1))
                                        .map(device -> "device " + device)
                                        .toList());
        assertThat(outcome.output())
                .contains(
                        devices.isEmpty()
                                ? "problem the NVIDIA driver reports no device: run 'modprobe nvidia', give this user"
                                        + " access to /dev/nvidia*, and check CUDA_VISIBLE_DEVICES, which may hide it"
                                : "problem none");
    }
}
