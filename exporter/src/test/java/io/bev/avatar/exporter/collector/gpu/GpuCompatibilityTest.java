package io.bev.avatar.exporter.collector.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.collector.Scrapes;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** GPU metrics under the names of dcgm-exporter and of nvidia_gpu_exporter. */
@Timeout(60)
class GpuCompatibilityTest {

    private static final Pattern OTHER_NAMES = Pattern.compile("(# (HELP|TYPE) )?(DCGM_|nvidia_smi_).*");

    /** A data centre GPU with everything that the simulator has. */
    private static final String[] DATA_CENTRE_GPU = {
        "name = NVIDIA A100-SXM4-40GB (simulated)",
        "serial = 1325023041234",
        "compute_major = 8",
        "compute_minor = 0",
        "memory_temperature = 62",
        "pcie_replays = 3",
        "ecc_corrected = 5",
        "ecc_uncorrected = 2",
        "remapped_rows_corrected = 3",
        "remapped_rows_uncorrected = 4",
        "nvlink_transmit = 1000000",
        "nvlink_receive = 2000000",
        "fabric_state = 3",
        "recovery_action = 1",
        "vgpu_licensed = 1",
        "mig_devices = 2",
        "event_reasons = 4"
    };

    /** Counters that dcgm-exporter exports by default and that NVML has. */
    private static final List<String> DCGM_DEFAULTS = List.of(
            "SM_CLOCK",
            "MEM_CLOCK",
            "MEMORY_TEMP",
            "GPU_TEMP",
            "POWER_USAGE",
            "TOTAL_ENERGY_CONSUMPTION",
            "PCIE_TX_THROUGHPUT",
            "PCIE_RX_THROUGHPUT",
            "PCIE_REPLAY_COUNTER",
            "GPU_UTIL",
            "MEM_COPY_UTIL",
            "ENC_UTIL",
            "DEC_UTIL",
            "XID_ERRORS",
            "FB_FREE",
            "FB_USED",
            "FB_RESERVED",
            "NVLINK_BANDWIDTH_TOTAL",
            "VGPU_LICENSE_STATUS",
            "UNCORRECTABLE_REMAPPED_ROWS",
            "CORRECTABLE_REMAPPED_ROWS",
            "ROW_REMAP_FAILURE");

    /** Names that Grafana's dashboard 14574 uses, except the activity of MIG instances, which GPM has and NVML's getters lack. */
    private static final List<String> DASHBOARD_14574 = List.of(
            "index",
            "gpu_info",
            "gpu_recovery_action",
            "clocks_event_reasons_gpu_idle",
            "clocks_event_reasons_applications_clocks_setting",
            "clocks_event_reasons_sw_power_cap",
            "clocks_event_reasons_sw_thermal_slowdown",
            "clocks_event_reasons_hw_thermal_slowdown",
            "clocks_event_reasons_hw_power_brake_slowdown",
            "clocks_event_reasons_sync_boost",
            "clocks_throttle_reasons_gpu_idle",
            "clocks_throttle_reasons_applications_clocks_setting",
            "clocks_throttle_reasons_sw_power_cap",
            "clocks_throttle_reasons_sw_thermal_slowdown",
            "clocks_throttle_reasons_hw_thermal_slowdown",
            "clocks_throttle_reasons_hw_power_brake_slowdown",
            "clocks_throttle_reasons_sync_boost",
            "ecc_errors_uncorrected_aggregate_total",
            "ecc_errors_uncorrected_volatile_total",
            "pstate",
            "compute_mode",
            "utilization_gpu_ratio",
            "utilization_memory_ratio",
            "power_draw_watts",
            "enforced_power_limit_watts",
            "power_limit_watts",
            "power_default_limit_watts",
            "fan_speed_ratio",
            "temperature_gpu",
            "clocks_current_graphics_clock_hz",
            "clocks_current_sm_clock_hz",
            "clocks_current_memory_clock_hz",
            "clocks_current_video_clock_hz",
            "clocks_max_graphics_clock_hz",
            "clocks_max_memory_clock_hz",
            "memory_used_bytes",
            "memory_total_bytes",
            "compute_app_info",
            "compute_app_used_memory_bytes",
            "compute_apps_last_collect_success",
            "fabric_state",
            "xid_errors_total",
            "xid_last_timestamp_seconds",
            "pcie_throughput_tx_bytes_per_second",
            "pcie_throughput_rx_bytes_per_second",
            "energy_joules_total",
            "mig_info",
            "mig_memory_used_bytes");

    @TempDir
    private static Path shared;

    private static SimulatedNvml built;

    @TempDir
    private Path directory;

    private final AtomicLong nanos = new AtomicLong(1);
    private SimulatedNvml nvml;
    private GpuCollector collector;

    @BeforeAll
    static void build() throws Exception {
        built = SimulatedNvml.build(shared);
    }

    @BeforeEach
    void open() throws IOException {
        nvml = built.copy(directory);
        collector = collector(settings());
    }

    @AfterEach
    void close() {
        collector.close();
    }

    private GpuSettings settings() throws IOException {
        Path process = Files.createDirectories(directory.resolve("proc/5021"));
        Files.writeString(process.resolve("comm"), "ffmpeg\n");
        return new GpuSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                true,
                Duration.ofMillis(5),
                directory.resolve("proc"),
                Optional.of("box"),
                true);
    }

    private GpuCollector collector(GpuSettings settings) {
        NvmlCallMetrics meter = new NvmlCallMetrics(nanos::get);
        Clock clock = Clock.fixed(Instant.parse("2026-06-26T10:00:00Z"), ZoneOffset.UTC);
        return new GpuCollector(nvml.loader(meter), meter, settings, () -> false, nanos::get, clock);
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private static String otherNames(String exposition) {
        return exposition
                .lines()
                .filter(line -> OTHER_NAMES.matcher(line).matches())
                .reduce("", (all, line) -> all + line + "\n");
    }

    /** The second scrape of a data centre GPU: a rate needs two. */
    private String dataCentreGpu() throws Exception {
        nvml.scenario(DATA_CENTRE_GPU);
        Scrapes.scrape(collector);
        String[] later = DATA_CENTRE_GPU.clone();
        later[10] = "nvlink_transmit = 2000000";
        nvml.scenario(later);
        pass(10);
        return Scrapes.scrape(collector);
    }

    @Test
    void dataCentreGpu_goldenExposition() throws Exception {
        String text = dataCentreGpu()
                .lines()
                .filter(line -> !line.contains("avatar_exporter_nvml_call_"))
                .reduce("", (all, line) -> all + line + "\n");
        Scrapes.assertGolden(text, "gpu-data-centre.prom");
    }

    @Test
    void geForce_hasNoSeriesForWhatItDoesNotSupport() throws Exception {
        String text = otherNames(Scrapes.scrape(collector));

        assertThat(text)
                .doesNotContain("DCGM_FI_DEV_MEMORY_TEMP", "_REMAPPED_ROWS", "ROW_REMAP", "_ECC_", "NVLINK", "VGPU")
                .doesNotContain(
                        "GPU_I_ID", "nvidia_smi_mig", "nvidia_smi_fabric_state", "temperature_memory", "ecc_errors")
                .contains("serial=\"[N/A]\"", "nvidia_smi_gpu_recovery_action{");
    }

    @Test
    void dcgmDefaultCounters_arePresent() throws Exception {
        String text = dataCentreGpu();

        assertThat(DCGM_DEFAULTS).allSatisfy(name -> assertThat(text).contains("\nDCGM_FI_DEV_" + name + "{"));
        assertThat(text.lines().filter(line -> line.startsWith("DCGM_")))
                .allSatisfy(line -> assertThat(line)
                        .containsPattern(
                                "\\{gpu=\"0\",UUID=\"GPU-[-0]+\",pci_bus_id=\"00000000:01:00.0\",device=\"nvidia0\","
                                        + "modelName=\"NVIDIA A100-SXM4-40GB \\(simulated\\)\",(GPU_I_PROFILE=\"1g.5gb\",GPU_I_ID=\"[78]\",)?"
                                        + "Hostname=\"box\",DCGM_FI_DRIVER_VERSION=\"595.71.05\",}"));
    }

    @Test
    void dashboard14574_hasItsNames() throws Exception {
        dataCentreGpu();
        String[] withXid = java.util.Arrays.copyOf(DATA_CENTRE_GPU, DATA_CENTRE_GPU.length + 1);
        withXid[DATA_CENTRE_GPU.length] = "xid = 31";
        nvml.scenario(withXid);
        String text = Scrapes.scrape(collector);
        while (!text.contains("nvidia_smi_xid_errors_total{")) {
            Thread.sleep(5); // the wait for events runs on its own thread
            text = Scrapes.scrape(collector);
        }

        String all = text;
        assertThat(DASHBOARD_14574)
                .allSatisfy(name -> assertThat(all).containsPattern("\nnvidia_smi_" + name + "[{ ]"));
    }

    @Test
    void failedCollections_haveTheirCode() throws Exception {
        assertThat(Scrapes.scrape(collector))
                .contains("nvidia_smi_command_exit_code 0.0", "nvidia_smi_last_collect_success 1.0")
                .contains("nvidia_smi_failed_scrapes_total 0.0", "nvidia_smi_compute_apps_last_collect_success 1.0");

        nvml.scenario("nvmlDeviceGetComputeRunningProcesses_v2 = error UNKNOWN");
        pass(30);
        assertThat(Scrapes.failedScrape(collector, "UNKNOWN"))
                .contains("nvidia_smi_command_exit_code 999.0", "nvidia_smi_last_collect_success 0.0")
                .contains("nvidia_smi_failed_scrapes_total 1.0", "nvidia_smi_compute_apps_last_collect_success 0.0")
                .contains("nvidia_smi_temperature_gpu{");

        nvml.scenario("* = error DRIVER_NOT_LOADED");
        pass(30);
        Scrapes.failedScrape(collector, "DRIVER_NOT_LOADED");
        assertThat(Scrapes.failedScrape(collector, "DRIVER_NOT_LOADED"))
                .contains("nvidia_smi_command_exit_code 9.0", "nvidia_smi_failed_scrapes_total 3.0")
                .doesNotContain("nvidia_smi_temperature_gpu{", "DCGM_FI_DEV_GPU_TEMP{");
    }

    @Test
    void namesOfOthers_areOffByDefault() throws Exception {
        collector.close();
        collector = collector(GpuSettings.defaults(directory));

        assertThat(otherNames(Scrapes.scrape(collector))).isEmpty();
    }

    @Test
    void migInstances_shareOneSeriesOfMemory_andUnusedIndexesAreNoError() throws Exception {
        nvml.scenario("mig_devices = 3", "mig_profile = 1c.2g.10gb");

        assertThat(Scrapes.scrape(collector))
                .contains("nvidia_gpu_mig_info{uuid=\"GPU-00000000-0000-0000-0000-000000000000\",gpu=\"0\","
                        + "mig_uuid=\"MIG-00000000-0000-0000-0002-000000000000\",gpu_instance_id=\"9\","
                        + "compute_instance_id=\"0\",profile=\"1c.2g.10gb\",} 1.0")
                .contains("GPU_I_PROFILE=\"2g.10gb\",GPU_I_ID=\"9\"", "nvidia_gpu_mig_mode{")
                .doesNotContain("gpu_instance_id=\"10\"");
    }

    @Test
    void fieldThatTheDriverDoesNotKnow_isUnsupported() throws Exception {
        nvml.scenario("nvmlField230 = error INVALID_ARGUMENT");

        assertThat(Scrapes.scrape(collector))
                .contains("reading=\"recovery_action\",} 0.0")
                .doesNotContain("nvidia_gpu_recovery_action{");
    }

    @Test
    void migModeWithoutInstances_isNoError() throws Exception {
        nvml.scenario("mig_devices = 0");

        assertThat(Scrapes.scrape(collector))
                .containsPattern("nvidia_gpu_mig_mode\\{.*} 1.0")
                .doesNotContain("mig_info{", "GPU_I_ID");
    }
}
