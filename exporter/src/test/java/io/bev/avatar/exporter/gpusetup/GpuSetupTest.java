package io.bev.avatar.exporter.gpusetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.gpusetup.SetupResult.Outcome;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real binding on a simulated driver, whose setters leave a record. */
class GpuSetupTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path builds;

    @SuppressWarnings("NullAway.Init") // see build
    private static SimulatedNvml built;

    @TempDir
    Path folder;

    private SimulatedNvml nvml = built;
    private final List<SetupResult> steps = new ArrayList<>();

    @BeforeAll
    static void build() throws Exception {
        built = SimulatedNvml.build(builds);
    }

    @BeforeEach
    void ownScenario() throws IOException {
        nvml = built.copy(folder);
    }

    @Test
    void apply_setsEachWithinWhatTheGpuAllows_andUndoTakesAllBackInReverse() throws Exception {
        setup().apply(config("gpu-setup: {exclusive-process: true}"));

        assertThat(changes())
                .containsExactly(
                        "gpu0.persistence_mode = 1 # nvmlDeviceSetPersistenceMode",
                        "gpu0.power_limit = 400000 # nvmlDeviceSetPowerManagementLimit",
                        "gpu0.locked_clock_memory = 10501 # nvmlDeviceSetMemoryLockedClocks",
                        "gpu0.locked_clock_graphics = 3165 # nvmlDeviceSetGpuLockedClocks",
                        "gpu0.compute_mode = 3 # nvmlDeviceSetComputeMode");
        assertThat(said())
                .containsExactly(
                        "DONE GPU 0 persistence: on; was off",
                        "DONE GPU 0 power-limit: 400 W, its most; 450 W asked for; was 320 W",
                        "DONE GPU 0 memory-clock: 10501 MHz; was not locked",
                        "DONE GPU 0 graphics-clock: 3165 MHz, its most; it has no 2230 MHz; was not locked",
                        "DONE GPU 0 compute-mode: exclusive to a process; was shared");

        forget();
        setup().undo();

        assertThat(changes())
                .containsExactly(
                        "gpu0.compute_mode = 0 # nvmlDeviceSetComputeMode",
                        "gpu0.locked_clock_graphics = 0 # nvmlDeviceResetGpuLockedClocks",
                        "gpu0.locked_clock_memory = 0 # nvmlDeviceResetMemoryLockedClocks",
                        "gpu0.power_limit = 320000 # nvmlDeviceSetPowerManagementLimit",
                        "gpu0.persistence_mode = 0 # nvmlDeviceSetPersistenceMode");
        assertThat(said()).contains("DONE GPU 0 power-limit: 320 W again", "DONE GPU 0 persistence: off again");
        assertThat(previous()).doesNotExist();
    }

    @Test
    void clocksThatTheGpuHas_areLockedAsAsked() throws Exception {
        nvml.scenario("clock_max_graphics = 3105", "clock_max_memory = 10501");

        setup().apply(config("gpu-setup: {graphics-clock-mhz: 2235, power-limit-watts: 400}"));

        assertThat(said())
                .contains(
                        "DONE GPU 0 memory-clock: 10501 MHz; was not locked",
                        "DONE GPU 0 graphics-clock: 2235 MHz; was not locked",
                        "DONE GPU 0 power-limit: 400 W; was 320 W");
    }

    @Test
    void gpuThatListsNoClocks_getsItsHighest() throws Exception {
        nvml.scenario("nvmlDeviceGetSupported* = error NOT_SUPPORTED");

        setup().apply(config(""));

        assertThat(said())
                .contains(
                        "DONE GPU 0 memory-clock: 11501 MHz, its most; it has no 10501 MHz; was not locked",
                        "DONE GPU 0 graphics-clock: 3165 MHz, its most; it has no 2230 MHz; was not locked");
    }

    @Test
    void powerBelowTheLeast_becomesTheLeast() throws Exception {
        setup().apply(config("gpu-setup: {power-limit-watts: 100}"));

        assertThat(said()).contains("DONE GPU 0 power-limit: 150 W, its least; 100 W asked for; was 320 W");
    }

    @Test
    void refusals_areWarnings_andNothingOfThemIsUndone() throws Exception {
        nvml.scenario(
                "nvmlDeviceSetPowerManagementLimit = error NO_PERMISSION",
                "nvmlDeviceSetMemoryLockedClocks = error NOT_SUPPORTED",
                "nvmlDeviceSetGpuLockedClocks = error FUNCTION_NOT_FOUND",
                "nvmlDeviceGetPersistenceMode = error NOT_SUPPORTED");

        setup().apply(config(""));

        assertThat(said())
                .containsExactly(
                        "WARNING GPU 0 persistence: left alone: NOT_SUPPORTED (3), this GPU has no such setting",
                        "WARNING GPU 0 power-limit: 400 W refused: NO_PERMISSION (4), the driver lets root alone change it",
                        "WARNING GPU 0 memory-clock: 10501 MHz refused: NOT_SUPPORTED (3), this GPU has no such setting",
                        "WARNING GPU 0 graphics-clock: 3165 MHz refused: FUNCTION_NOT_FOUND (13), this driver has no such"
                                + " setting");
        assertThat(previous()).doesNotExist();

        forget();
        setup().undo();
        assertThat(said()).containsExactly("UNCHANGED  : nothing was changed, so nothing is undone");
        assertThat(changes()).isEmpty();
    }

    @Test
    void missingSetters_areTheDriversLack() throws Exception {
        nvml = SimulatedNvml.build(folder, "nvmlDeviceSet*", "nvmlDeviceGetSupported*");

        setup().apply(config(""));

        assertThat(steps).hasSize(4).allMatch(step -> step.outcome() == Outcome.WARNING);
        assertThat(said()).anyMatch(line -> line.contains("FUNCTION_NOT_FOUND"));
    }

    @Test
    void valuesThatAreThereAlready_stayAfterwards() throws Exception {
        nvml.scenario("persistence_mode = 1", "power_limit = 400000");

        setup().apply(config("gpu-setup: {memory-clock-mhz: 0, graphics-clock-mhz: 0}"));
        setup().undo();

        assertThat(changes()).isEmpty();
        assertThat(said()).contains("UNCHANGED GPU 0 persistence: on, as before");
    }

    @Test
    void applyAgain_followsTheConfigurationAndRemembersTheFirstValues() throws Exception {
        setup().apply(config("gpu-setup: {power-limit-watts: 200}"));
        forget();
        setup().apply(config("gpu-setup: {power-limit-watts: 300, persistence: false}"));

        assertThat(said()).contains("DONE GPU 0 persistence: off again", "DONE GPU 0 power-limit: 300 W; was 320 W");
        forget();
        setup().undo();
        assertThat(said()).contains("DONE GPU 0 power-limit: 320 W again").noneMatch(s -> s.contains("persistence"));
    }

    @Test
    void valueThatSomebodyElseHasSet_isLeft() throws Exception {
        setup().apply(config(""));
        Files.writeString(record(), "gpu0.power_limit = 250000 # by hand\n");
        nvml.scenario("gpu0.persistence_mode = 1");

        setup().undo();

        assertThat(said()).contains("UNCHANGED GPU 0 power-limit: 250 W, which somebody else has set: left so");
        assertThat(changes()).doesNotContain("gpu0.power_limit = 320000 # nvmlDeviceSetPowerManagementLimit");
        assertThat(previous()).doesNotExist();
    }

    @Test
    void undoThatIsRefused_isAWarningAndCanBeRepeated() throws Exception {
        setup().apply(config("gpu-setup: {power-limit-watts: 0, memory-clock-mhz: 0, graphics-clock-mhz: 0}"));
        nvml.scenario("nvmlDeviceSetPersistenceMode = error UNKNOWN");
        setup().undo();
        assertThat(said()).anyMatch(line -> line.startsWith("WARNING GPU 0 persistence: off again refused: UNKNOWN"));

        nvml.scenario();
        forget();
        setup().undo();
        assertThat(said()).containsExactly("DONE GPU 0 persistence: off again");
    }

    @Test
    void devices_chooseByIndexAndUuid() throws Exception {
        nvml.scenario("gpus = 3");
        String only = "power-limit-watts: 0, memory-clock-mhz: 0, graphics-clock-mhz: 0}";

        setup().apply(config("gpu-setup: {devices: [0, GPU-00000000-0000-0000-0000-000000000002, 7], " + only));

        assertThat(said())
                .containsExactly(
                        "DONE GPU 0 persistence: on; was off",
                        "DONE GPU 2 persistence: on; was off",
                        "WARNING 7 : there is no such GPU; gpu-setup.devices wants an index or UUID of 'nvidia-smi -L'");
    }

    @Test
    void oneGpuLost_theOthersAreSetUp() throws Exception {
        nvml.scenario("gpus = 2", "gpu0.nvmlDevice* = error GPU_IS_LOST");

        setup().apply(config(""));

        assertThat(said()).anyMatch(line -> line.startsWith("WARNING GPU 0") && line.contains("GPU_IS_LOST"));
        assertThat(said()).contains("DONE GPU 1 persistence: on; was off");
    }

    @Test
    void noDriverOrNoGpu_isNoProblem() throws Exception {
        nvml.scenario("gpus = 0");
        setup().apply(config(""));
        nvml.scenario("nvmlInit_v2 = error DRIVER_NOT_LOADED");
        setup().apply(config(""));
        setup(folder.resolve("libnvidia-ml.so.2")).apply(config(""));

        assertThat(said()).hasSize(3).containsOnly("UNCHANGED  : no NVIDIA GPU here: nothing to set up");
    }

    @Test
    void driverThatDoesNotMatch_isAWarning() throws Exception {
        nvml.scenario("nvmlInit_v2 = error LIB_RM_VERSION_MISMATCH");

        setup().apply(config(""));

        assertThat(said()).singleElement().asString().startsWith("WARNING").contains("the GPUs stay", "reboot");
    }

    @Test
    void brokenRecord_isNamed() throws Exception {
        Files.writeString(previous(), "{");

        assertThatThrownBy(() -> setup().undo())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(previous().toString())
                .hasMessageContaining("restart the machine");
    }

    private GpuSetup setup() {
        return setup(nvml.library());
    }

    private GpuSetup setup(Path library) {
        NvmlCallMetrics meter = new NvmlCallMetrics(Ticker.system());
        return new GpuSetup(() -> JnaNvml.load(library.toString(), Ticker.system(), meter), previous(), steps::add);
    }

    private static GpuSetupConfig config(String yaml) {
        Config config = Config.of(yaml, "test.yaml", Map.of());
        GpuSetupConfig setup = GpuSetupConfig.from(config);
        config.finish(GpuSetupConfig.SECTION);
        return setup;
    }

    private List<String> said() {
        return steps.stream()
                .map(s -> s.outcome() + " " + s.gpu() + " " + s.setting() + ": " + s.text())
                .toList();
    }

    /** What setters did, in their order; the enforced power limit, which follows the other, left out. */
    private List<String> changes() throws IOException {
        return !Files.exists(record())
                ? List.of()
                : Files.readAllLines(record()).stream()
                        .skip(known)
                        .filter(line -> !line.endsWith("follows"))
                        .toList();
    }

    private long known;

    /** Forgets what was said and done so far. */
    private void forget() throws IOException {
        steps.clear();
        known = Files.exists(record()) ? Files.readAllLines(record()).size() : 0;
    }

    private Path record() {
        return nvml.library().resolveSibling("libnvidia-ml.so.1.scenario.set");
    }

    private Path previous() {
        return folder.resolve("previous.json");
    }
}
