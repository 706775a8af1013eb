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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the real binding with a simulated driver that records setter calls. */
class GpuSetupTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path builds;

    @SuppressWarnings("NullAway.Init") // see build
    private static SimulatedNvml built;

    @TempDir
    Path directory;

    private SimulatedNvml nvml = built;
    private final List<SetupResult> steps = new ArrayList<>();

    @BeforeAll
    static void build() throws Exception {
        built = SimulatedNvml.build(builds);
    }

    @BeforeEach
    void ownScenario() throws IOException {
        nvml = built.copy(directory);
    }

    @Test
    void apply_setsValuesWithinTheGpusRange_andUndoRestoresInReverse() throws Exception {
        setup().apply(config("gpu-setup: {exclusive-process: true}"));

        assertThat(changes())
                .containsExactly(
                        "gpu0.persistence_mode = 1 # nvmlDeviceSetPersistenceMode",
                        "gpu0.power_limit = 400000 # nvmlDeviceSetPowerManagementLimit",
                        "gpu0.locked_clock_memory = 10501 # nvmlDeviceSetMemoryLockedClocks",
                        "gpu0.locked_clock_graphics = 2235 # nvmlDeviceSetGpuLockedClocks",
                        "gpu0.compute_mode = 3 # nvmlDeviceSetComputeMode");
        assertThat(reported())
                .containsExactly(
                        "DONE GPU 0 persistence: on; was off",
                        "DONE GPU 0 power-limit: 400 W, its maximum; 450 W configured; was 320 W",
                        "DONE GPU 0 memory-clock: 10501 MHz; was not locked",
                        "DONE GPU 0 graphics-clock: 2235 MHz, the nearest supported clock; 2230 MHz configured; was not locked",
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
        assertThat(reported())
                .contains("DONE GPU 0 power-limit: 320 W restored", "DONE GPU 0 persistence: off restored");
        assertThat(previous()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpus = 0", "nvmlInit_v2 = error DRIVER_NOT_LOADED"})
    void noGpu_isAWarningIfDevicesAreConfigured(String line) throws Exception {
        nvml.scenario(line);

        setup().apply(config(""));
        assertThat(reported()).containsExactly("UNCHANGED  : no NVIDIA GPU found, nothing to set up");

        forget();
        setup().apply(config("gpu-setup: {devices: [GPU-1, \"0\"]}"));
        assertThat(reported())
                .singleElement()
                .asString()
                .startsWith("WARNING  : gpu-setup.devices names GPU-1, 0, but no NVIDIA GPU was found: nvml")
                .endsWith("or remove the devices from the configuration");
    }

    @Test
    void impossibleNumberOfGpus_andGpuWithoutUuid_areWarnings() throws Exception {
        nvml.scenario("gpus = 4294967295");
        setup().apply(config(""));
        assertThat(reported()).singleElement().asString().contains("GPU settings unchanged", "UNKNOWN (999)");

        forget();
        nvml.scenario("nvmlDeviceGetUUID = error GPU_IS_LOST");
        setup().apply(config(""));
        assertThat(reported()).singleElement().asString().contains("GPU 0", "does not respond: GPU_IS_LOST (15)");
    }

    @Test
    void powerLimitBeyondAnInt_isAWarning() throws Exception {
        nvml.scenario("power_limit = 3000000000");

        setup().apply(config(""));

        assertThat(reported()).anySatisfy(line -> assertThat(line).contains("WARNING GPU 0 power-limit: not changed"));
    }

    @Test
    void hugeFileOfSavedSettings_isAnErrorWithTheRemedy() throws Exception {
        try (java.io.RandomAccessFile sparse =
                new java.io.RandomAccessFile(previous().toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }

        assertThatThrownBy(() -> setup().undo())
                .hasMessageContainingAll("larger than 1048576 bytes", "remove it and reboot the machine");
    }

    @Test
    void supportedClocks_areLockedAsConfigured() throws Exception {
        nvml.scenario("clock_max_graphics = 3105", "clock_max_memory = 10501");

        setup().apply(config("gpu-setup: {graphics-clock-mhz: 2235, power-limit-watts: 400}"));

        assertThat(reported())
                .contains(
                        "DONE GPU 0 memory-clock: 10501 MHz; was not locked",
                        "DONE GPU 0 graphics-clock: 2235 MHz; was not locked",
                        "DONE GPU 0 power-limit: 400 W; was 320 W");
    }

    /** A grid of 15 MHz from 210 to 3165 MHz. */
    @ParameterizedTest
    @CsvSource({"2230, 2235", "2226, 2220", "212, 210", "9000, 3165", "100, 210"})
    void unsupportedClock_becomesTheNearestStep(int configured, int locked) throws Exception {
        setup().apply(config("gpu-setup: {graphics-clock-mhz: " + configured + "}"));

        assertThat(changes()).contains("gpu0.locked_clock_graphics = " + locked + " # nvmlDeviceSetGpuLockedClocks");
    }

    @Test
    void gpuWithoutClockList_getsTheConfiguredClock_atMostItsMaximum() throws Exception {
        nvml.scenario("nvmlDeviceGetSupported* = error NOT_SUPPORTED");

        setup().apply(config(""));

        assertThat(reported())
                .contains(
                        "DONE GPU 0 memory-clock: 10501 MHz; was not locked",
                        "DONE GPU 0 graphics-clock: 2230 MHz; was not locked");

        forget();
        nvml.scenario("nvmlDeviceGetSupported* = error NOT_SUPPORTED", "clock_max_graphics = 1800");
        setup().apply(config(""));
        assertThat(reported())
                .anySatisfy(line ->
                        assertThat(line).contains("graphics-clock: 1800 MHz, its maximum; 2230 MHz configured"));
    }

    @Test
    void powerBelowMinimum_becomesMinimum() throws Exception {
        setup().apply(config("gpu-setup: {power-limit-watts: 100}"));

        assertThat(reported()).contains("DONE GPU 0 power-limit: 150 W, its minimum; 100 W configured; was 320 W");
    }

    @Test
    void rejections_areWarnings_andAreNotUndone() throws Exception {
        nvml.scenario(
                "nvmlDeviceSetPowerManagementLimit = error NO_PERMISSION",
                "nvmlDeviceSetMemoryLockedClocks = error NOT_SUPPORTED",
                "nvmlDeviceSetGpuLockedClocks = error FUNCTION_NOT_FOUND",
                "nvmlDeviceGetPersistenceMode = error NOT_SUPPORTED");

        setup().apply(config(""));

        assertThat(reported())
                .containsExactly(
                        "WARNING GPU 0 persistence: not changed: NOT_SUPPORTED (3), this GPU does not support the"
                                + " setting",
                        "WARNING GPU 0 power-limit: 400 W rejected: NO_PERMISSION (4), the driver allows only root"
                                + " to change it",
                        "WARNING GPU 0 memory-clock: 10501 MHz rejected: NOT_SUPPORTED (3), this GPU does not"
                                + " support the setting",
                        "WARNING GPU 0 graphics-clock: 2235 MHz rejected: FUNCTION_NOT_FOUND (13), this driver does"
                                + " not support the setting");
        assertThat(previous()).doesNotExist();

        forget();
        setup().undo();
        assertThat(reported()).containsExactly("UNCHANGED  : no saved changes, nothing to undo");
        assertThat(changes()).isEmpty();
    }

    @Test
    void missingFunctions_areReportedAsUnsupportedByTheDriver() throws Exception {
        nvml = SimulatedNvml.build(directory, "nvmlDeviceSet*", "nvmlDeviceGetSupported*");

        setup().apply(config(""));

        assertThat(steps).hasSize(4).allMatch(step -> step.outcome() == Outcome.WARNING);
        assertThat(reported()).anyMatch(line -> line.contains("FUNCTION_NOT_FOUND"));
    }

    @Test
    void valuesAlreadySet_areKeptByUndo() throws Exception {
        nvml.scenario("persistence_mode = 1", "power_limit = 400000");

        setup().apply(config("gpu-setup: {memory-clock-mhz: 0, graphics-clock-mhz: 0}"));
        setup().undo();

        assertThat(changes()).isEmpty();
        assertThat(reported()).contains("UNCHANGED GPU 0 persistence: on, unchanged");
    }

    @Test
    void applyAgain_followsTheConfigurationAndRetainsTheOriginalValues() throws Exception {
        setup().apply(config("gpu-setup: {power-limit-watts: 200}"));
        forget();
        setup().apply(config("gpu-setup: {power-limit-watts: 300, persistence: false}"));

        assertThat(reported())
                .contains("DONE GPU 0 persistence: off restored", "DONE GPU 0 power-limit: 300 W; was 320 W");
        forget();
        setup().undo();
        assertThat(reported())
                .contains("DONE GPU 0 power-limit: 320 W restored")
                .noneMatch(s -> s.contains("persistence"));
    }

    @Test
    void valueSetExternally_isKept() throws Exception {
        setup().apply(config(""));
        Files.writeString(record(), "gpu0.power_limit = 250000 # by hand\n");
        nvml.scenario("gpu0.persistence_mode = 1");

        setup().undo();

        assertThat(reported()).contains("UNCHANGED GPU 0 power-limit: 250 W, changed externally and kept");
        assertThat(changes()).doesNotContain("gpu0.power_limit = 320000 # nvmlDeviceSetPowerManagementLimit");
        assertThat(previous()).doesNotExist();
    }

    @Test
    void rejectedUndo_isAWarningAndCanBeRepeated() throws Exception {
        setup().apply(config("gpu-setup: {power-limit-watts: 0, memory-clock-mhz: 0, graphics-clock-mhz: 0}"));
        nvml.scenario("nvmlDeviceSetPersistenceMode = error UNKNOWN");
        setup().undo();
        assertThat(reported())
                .anyMatch(line -> line.startsWith("WARNING GPU 0 persistence: off not restored: UNKNOWN"));

        nvml.scenario();
        forget();
        setup().undo();
        assertThat(reported()).containsExactly("DONE GPU 0 persistence: off restored");
    }

    @Test
    void devices_selectByIndexAndUuid() throws Exception {
        nvml.scenario("gpus = 3");
        String only = "power-limit-watts: 0, memory-clock-mhz: 0, graphics-clock-mhz: 0}";

        setup().apply(config("gpu-setup: {devices: [0, GPU-00000000-0000-0000-0000-000000000002, 7], " + only));

        assertThat(reported())
                .containsExactly(
                        "DONE GPU 0 persistence: on; was off",
                        "DONE GPU 2 persistence: on; was off",
                        "WARNING 7 : no such GPU; gpu-setup.devices expects an index or UUID from 'nvidia-smi -L'");
    }

    @Test
    void oneGpuLost_theOthersAreSetUp() throws Exception {
        nvml.scenario("gpus = 2", "gpu0.nvmlDevice* = error GPU_IS_LOST");

        setup().apply(config(""));

        assertThat(reported()).anyMatch(line -> line.startsWith("WARNING GPU 0") && line.contains("GPU_IS_LOST"));
        assertThat(reported()).contains("DONE GPU 1 persistence: on; was off");
    }

    @Test
    void noDriverOrNoGpu_isNotAnError() throws Exception {
        nvml.scenario("gpus = 0");
        setup().apply(config(""));
        nvml.scenario("nvmlInit_v2 = error DRIVER_NOT_LOADED");
        setup().apply(config(""));
        setup(directory.resolve("libnvidia-ml.so.2")).apply(config(""));

        assertThat(reported()).hasSize(3).containsOnly("UNCHANGED  : no NVIDIA GPU found, nothing to set up");
    }

    @Test
    void mismatchedDriver_isAWarning() throws Exception {
        nvml.scenario("nvmlInit_v2 = error LIB_RM_VERSION_MISMATCH");

        setup().apply(config(""));

        assertThat(reported())
                .singleElement()
                .asString()
                .startsWith("WARNING")
                .contains("GPU settings unchanged", "reboot");
    }

    @Test
    void corruptFile_isNamed() throws Exception {
        Files.writeString(previous(), "{");

        assertThatThrownBy(() -> setup().undo())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(previous().toString())
                .hasMessageContaining("reboot the machine");
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

    private List<String> reported() {
        return steps.stream()
                .map(s -> s.outcome() + " " + s.gpu() + " " + s.setting() + ": " + s.text())
                .toList();
    }

    /** Recorded setter calls in order, without the enforced power limit, which follows the requested one. */
    private List<String> changes() throws IOException {
        return !Files.exists(record())
                ? List.of()
                : Files.readAllLines(record()).stream()
                        .skip(known)
                        .filter(line -> !line.endsWith("follows"))
                        .toList();
    }

    private long known;

    /** Clears recorded output and setter calls. */
    private void forget() throws IOException {
        steps.clear();
        known = Files.exists(record()) ? Files.readAllLines(record()).size() : 0;
    }

    private Path record() {
        return nvml.library().resolveSibling("libnvidia-ml.so.1.scenario.set");
    }

    private Path previous() {
        return directory.resolve("previous.json");
    }
}
