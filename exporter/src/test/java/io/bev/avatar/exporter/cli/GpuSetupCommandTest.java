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
    Path folder;

    private record Ended(int code, String text) {}

    private Ended run(Map<String, String> more, String... arguments) {
        Map<String, String> environment =
                new HashMap<>(Map.of("RUNTIME_DIRECTORY", folder.resolve("run").toString()));
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
    void applyAndUndo_inTwoProcesses_tellPeopleEachStep() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(folder);
        Map<String, String> library =
                Map.of("BEV_EXPORTER_NVML_LIBRARY", nvml.library().toString());

        Ended applied = run(library, "gpu-setup", "apply");
        Ended undone = run(library, "gpu-setup", "undo");

        assertThat(applied.code()).isZero();
        assertThat(applied.text()).contains("✓ GPU 0 power-limit    400 W, its most; 450 W asked for; was 320 W");
        assertThat(undone.code()).isZero();
        assertThat(undone.text()).contains("✓ GPU 0 power-limit    320 W again");
        assertThat(folder.resolve("run")).isEmptyDirectory();
    }

    @Test
    void journal_getsPriorities() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(folder);
        nvml.scenario("nvmlDeviceSetPersistenceMode = error NO_PERMISSION");

        Ended applied = run(
                Map.of("BEV_EXPORTER_NVML_LIBRARY", nvml.library().toString(), "JOURNAL_STREAM", "8:1"),
                "gpu-setup",
                "apply");

        assertThat(applied.code()).isZero();
        assertThat(applied.text())
                .contains("<4>GPU 0 persistence: on refused: NO_PERMISSION", "<6>GPU 0 memory-clock: 10501 MHz");
    }

    @Test
    void noGpu_isWell() {
        Ended applied = run(
                Map.of("BEV_EXPORTER_NVML_LIBRARY", folder.resolve("none.so").toString()), "gpu-setup", "apply");

        assertThat(applied.code()).isZero();
        assertThat(applied.text()).contains("no NVIDIA GPU here");
    }

    @Test
    void badConfiguration_isRefused() throws Exception {
        Path file =
                Files.writeString(folder.resolve("avatar.yaml"), "gpu-setup: {power-limit-watts: lots, colour: red}\n");

        Ended refused = run(Map.of(), "--config", file.toString(), "gpu-setup", "apply");

        assertThat(refused.code()).isEqualTo(78);
        assertThat(refused.text()).contains("gpu-setup.power-limit-watts", "'lots'", "gpu-setup.colour");
    }

    @Test
    void folderThatCannotBeMade_isNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");

        Ended refused = run(Map.of("RUNTIME_DIRECTORY", file.resolve("in").toString()), "gpu-setup", "apply");

        assertThat(refused.code()).isEqualTo(73);
        assertThat(refused.text()).contains(file.resolve("in").toString(), "expected a folder that can be written");
    }
}
