package io.bev.avatar.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.nvml.SimulatedNvml;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_ERR)
@ResourceLock(Resources.SYSTEM_OUT)
class GpuSetupCommandTest {

    @TempDir
    Path directory;

    private record Ended(int code, String text) {}

    private Ended run(Map<String, String> more, String... arguments) {
        Map<String, String> environment = new HashMap<>(
                Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString()));
        environment.putAll(more);
        PrintStream keptOut = System.out;
        PrintStream keptErr = System.err;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            return new Ended(ExporterMain.run(environment, arguments), text.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(keptOut);
            System.setErr(keptErr);
        }
    }

    @Test
    void applyAndUndo_inTwoProcesses_printEachStep() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        Map<String, String> library =
                Map.of("BEV_EXPORTER_NVML_LIBRARY", nvml.library().toString());

        Ended applied = run(library, "gpu-setup", "apply");
        Ended undone = run(library, "gpu-setup", "undo");

        assertThat(applied.code()).isZero();
        assertThat(applied.text()).contains("✓ GPU 0 power-limit    400 W, its maximum; 450 W configured; was 320 W");
        assertThat(undone.code()).isZero();
        assertThat(undone.text()).contains("✓ GPU 0 power-limit    320 W restored");
        assertThat(directory.resolve("run")).isEmptyDirectory();
    }

    @Test
    void journal_getsPriorities() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        nvml.scenario("nvmlDeviceSetPersistenceMode = error NO_PERMISSION");

        Ended applied = run(
                Map.of("BEV_EXPORTER_NVML_LIBRARY", nvml.library().toString(), "JOURNAL_STREAM", "8:1"),
                "gpu-setup",
                "apply");

        assertThat(applied.code()).isZero();
        assertThat(applied.text())
                .contains("<4>GPU 0 persistence: on rejected: NO_PERMISSION", "<6>GPU 0 memory-clock: 10501 MHz");
    }

    @Test
    void noGpu_isNotAnError() {
        Ended applied = run(
                Map.of("BEV_EXPORTER_NVML_LIBRARY", directory.resolve("none.so").toString()), "gpu-setup", "apply");

        assertThat(applied.code()).isZero();
        assertThat(applied.text()).contains("no NVIDIA GPU found");
    }

    @Test
    void badConfiguration_isRejected() throws Exception {
        Path file = Files.writeString(
                directory.resolve("avatar.yaml"), "gpu-setup: {power-limit-watts: lots, colour: red}\n");

        Ended rejected = run(Map.of(), "--config", file.toString(), "gpu-setup", "apply");

        assertThat(rejected.code()).isEqualTo(78);
        assertThat(rejected.text()).contains("gpu-setup.power-limit-watts", "'lots'", "gpu-setup.colour");
    }

    @Test
    void uncreatableDirectory_isNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        Ended rejected = run(Map.of("RUNTIME_DIRECTORY", file.resolve("in").toString()), "gpu-setup", "apply");

        assertThat(rejected.code()).isEqualTo(73);
        assertThat(rejected.text()).contains(file.resolve("in").toString(), "expected a writable directory");
    }
}
