package io.bev.avatar.exporter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.check.jna.DynamicLinker;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.report.Status;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the real binding with a simulated driver. */
class GpuChecksTest {

    @TempDir
    Path directory;

    private static CheckConfig config(String yaml) {
        return CheckConfig.from(Config.of(yaml, "test.yaml", Map.of()));
    }

    private static Results run(String yaml, SimulatedNvml nvml) {
        return new Results(new GpuChecks(
                        config(yaml), OptionalInt.of(450), false, nvml.loader(new NvmlCallMetrics(Ticker.system())))
                .run());
    }

    @Test
    void minimums_metAndNotMet_areDistinguished() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        nvml.scenario("persistence_mode = 1");

        Results well = run("", nvml);
        assertThat(well.get("gpu-driver").status()).isEqualTo(Status.OK);
        assertThat(well.get("gpu-cuda").status()).isEqualTo(Status.OK);
        assertThat(well.get("gpu-memory").status()).isEqualTo(Status.OK);
        assertThat(well.get("gpu-persistence-0").status()).isEqualTo(Status.OK);

        Results high = run("""
                exporter:
                  check: {driver-version: 999.1, cuda-version: 99, gpu-memory-free-gb: 1000}
                """, nvml);
        assertThat(high.get("gpu-driver").status()).isEqualTo(Status.FAILURE);
        assertThat(high.get("gpu-driver").expected()).isEqualTo("NVIDIA driver 999.1 or newer");
        assertThat(high.get("gpu-cuda").status()).isEqualTo(Status.FAILURE);
        assertThat(high.get("gpu-memory").status()).isEqualTo(Status.FAILURE);
        assertThat(high.get("gpu-memory").found()).contains(" GB of ", "on GPU 0");
    }

    @Test
    void performanceSetup_missing_isAWarning() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        nvml.scenario("persistence_mode = 0");

        CheckResult off = run("", nvml).get("gpu-persistence-0");

        assertThat(off.status()).isEqualTo(Status.WARNING);
        assertThat(off.found()).isEqualTo("off");
        assertThat(off.remedy()).contains("bev-avatar-gpu.service");
    }

    @Test
    void driverInitialisationFailure_failsAllChecks() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        nvml.scenario("nvmlInit_v2 = error 18");

        Results results = run("", nvml);

        assertThat(results.all()).extracting(CheckResult::status).containsOnly(Status.FAILURE);
        assertThat(results.get("gpu-driver").found())
                .contains("LIB_RM_VERSION_MISMATCH", "after an upgrade of the driver")
                .doesNotContain("reboot");
        assertThat(results.get("gpu-driver").remedy()).isEqualTo("reboot");
        assertThat(results.get("gpu-cuda").remedy()).isEqualTo("fix gpu-driver first");
    }

    @Test
    void driverAccessDenied_hasOneRemedy() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        nvml.scenario("nvmlInit_v2 = error NO_PERMISSION");

        CheckResult driver = run("", nvml).get("gpu-driver");

        assertThat(driver.found()).isEqualTo("nvmlInit_v2 returned NO_PERMISSION (4)");
        assertThat(driver.remedy()).contains("give this user access to /dev/nvidia*");
    }

    @Test
    void linkerTest_doesNotCloseTheLibraryOfOtherUsers() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        try (NvmlApi used = nvml.loader(new NvmlCallMetrics(Ticker.system())).load()) {
            assertThat(new DynamicLinker().loadError(nvml.library().toString())).isEmpty();
            assertThat(used.init()).isEqualTo(NvmlCode.SUCCESS);
            assertThat(used.shutdown()).isEqualTo(NvmlCode.SUCCESS);
        }
    }

    @Test
    void lostGpu_isNamedWithItsCode() throws Exception {
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        nvml.scenario("nvmlDevice* = error 15", "nvmlDeviceGetCount_v2 = error 0");

        Results results = run("", nvml);

        assertThat(results.all()).anySatisfy(result -> {
            assertThat(result.status()).isEqualTo(Status.FAILURE);
            assertThat(result.found()).contains("GPU_IS_LOST");
        });
    }

    @Test
    void missingLibrary_isAFailureAndNamesTheDriver() {
        var results = new GpuChecks(
                        config(""),
                        OptionalInt.of(450),
                        false,
                        () -> JnaNvml.load(
                                directory.resolve("libnvidia-ml.so.1").toString(),
                                Ticker.system(),
                                new NvmlCallMetrics(Ticker.system())))
                .run();

        assertThat(results).extracting(CheckResult::status).containsOnly(Status.FAILURE);
        assertThat(results.get(0).found()).contains("no NVIDIA driver on this host");
        assertThat(results.get(0).remedy()).contains("525.60.11");
    }
}
