package io.bev.avatar.exporter.collector.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.Scrapes;
import io.bev.avatar.exporter.nvml.CallObserver;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
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
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The collector against the simulated NVML: real symbols, real struct layouts. */
@Timeout(60)
class GpuCollectorTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-06-26T10:00:00Z"), ZoneOffset.UTC);
    private static final String GPU0 = "{uuid=\"GPU-00000000-0000-0000-0000-000000000000\",gpu=\"0\",}";

    @TempDir
    private static Path shared;

    private static SimulatedNvml built;

    @TempDir
    private Path directory;

    private final AtomicLong nanos = new AtomicLong(1);
    private final Ticker ticker = nanos::get;
    private SimulatedNvml nvml;
    private GpuCollector collector;
    private volatile boolean framesLate;

    @BeforeAll
    static void build() throws Exception {
        built = SimulatedNvml.build(shared);
    }

    @BeforeEach
    void open() throws IOException {
        nvml = built.copy(directory);
        collector = collector(nvml);
    }

    @AfterEach
    void close() {
        collector.close();
    }

    private GpuCollector collector(SimulatedNvml simulated) throws IOException {
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        return new GpuCollector(simulated.loader(meter), meter, settings(), () -> framesLate, ticker, CLOCK);
    }

    private GpuSettings settings() throws IOException {
        process(5021, "ffmpeg", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-u7.scope\n");
        process(5022, "ffmpeg", "0::/system.slice/bev-advanced-avatar.service\n");
        process(2165, "kwin_wayland", "1:name=systemd:/user.slice/user@1000.service\n");
        return new GpuSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                false,
                Duration.ofMillis(20),
                directory.resolve("proc"),
                Optional.empty(),
                false);
    }

    private void process(int pid, String name, String cgroup) throws IOException {
        Path process = Files.createDirectories(directory.resolve("proc").resolve(String.valueOf(pid)));
        Files.writeString(process.resolve("comm"), name + "\n");
        Files.writeString(process.resolve("cgroup"), cgroup);
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private String scrape() throws Exception {
        return Scrapes.scrape(collector);
    }

    private String failedScrape(String... complaint) throws IOException {
        return Scrapes.failedScrape(collector, complaint);
    }

    @Test
    void workingGpu_goldenExposition() throws Exception {
        Scrapes.assertGolden(withoutTimes(scrape()), "gpu.prom");
    }

    private static String withoutTimes(String exposition) {
        return exposition
                .lines()
                .filter(line -> !line.contains("avatar_exporter_nvml_call_"))
                .reduce("", (all, line) -> all + line + "\n");
    }

    @Test
    void everyCall_timedOnce() throws Exception {
        String text = scrape();

        assertThat(text)
                .contains("avatar_exporter_nvml_call_duration_seconds_count{call=\"nvmlDeviceGetMemoryInfo_v2\",} 1.0")
                .doesNotContain("nvmlEventSetWait");
    }

    @Test
    void unsupportedGroup_seriesAbsentAndReported() throws Exception {
        nvml.scenario("nvmlDeviceGetTotalEnergyConsumption = error 3", "nvmlDeviceGetNumFans = error 3");

        assertThat(scrape())
                .doesNotContain("nvidia_gpu_energy_joules_total{", "nvidia_gpu_fan_speed_ratio{")
                .contains(supported("energy", 0), supported("fan_speed", 0), supported("power", 1))
                .doesNotContain("avatar_exporter_nvml_call_errors_total");
    }

    private static String supported(String reading, int value) {
        return "nvidia_gpu_reading_supported" + GPU0.replace("}", "reading=\"" + reading + "\",} ") + value + ".0";
    }

    @Test
    void memoryHealth_unsupportedOnGeForce_seriesAbsentAndReported() throws Exception {
        assertThat(scrape())
                .contains(supported("memory_temperature", 0), supported("ecc_errors", 0), supported("remapped_rows", 0))
                .doesNotContain("nvidia_gpu_memory_temperature", "nvidia_gpu_ecc_", "nvidia_gpu_remapped_rows_total")
                .doesNotContain("nvidia_gpu_row_remap", "avatar_exporter_nvml_call_errors_total");
    }

    @Test
    void memoryHealth_reportedWhereSupported_alsoUnderDcgmNames() throws Exception {
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        GpuSettings wanted = settings().withDcgmHost(Optional.of("box"));
        collector = new GpuCollector(nvml.loader(meter), meter, wanted, () -> framesLate, ticker, CLOCK);
        nvml.scenario(
                "memory_temperature = 62",
                "ecc_corrected = 5000000000",
                "ecc_uncorrected = 2",
                "remapped_rows_corrected = 3",
                "remapped_rows_uncorrected = 4",
                "remapped_rows_pending = 1");

        assertThat(scrape())
                .contains("nvidia_gpu_memory_temperature_celsius" + GPU0 + " 62.0")
                .contains("nvidia_gpu_ecc_errors_total" + GPU0.replace("}", "type=\"corrected\",} 5.0E9"))
                .contains("nvidia_gpu_ecc_errors_total" + GPU0.replace("}", "type=\"uncorrected\",} 2.0"))
                .contains("nvidia_gpu_remapped_rows_total" + GPU0.replace("}", "type=\"corrected\",} 3.0"))
                .contains("nvidia_gpu_remapped_rows_total" + GPU0.replace("}", "type=\"uncorrected\",} 4.0"))
                .contains("nvidia_gpu_row_remap_pending" + GPU0 + " 1.0", "nvidia_gpu_row_remap_failed" + GPU0 + " 0.0")
                .contains(supported("memory_temperature", 1), supported("ecc_errors", 1), supported("remapped_rows", 1))
                .containsPattern("DCGM_FI_DEV_MEMORY_TEMP\\{.*} 62\\.0\n")
                .containsPattern("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL\\{.*} 5\\.0E9\n")
                .containsPattern("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL\\{.*} 2\\.0\n")
                .containsPattern("DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS\\{.*} 3\\.0\n")
                .containsPattern("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS\\{.*} 4\\.0\n")
                .containsPattern("DCGM_FI_DEV_ROW_REMAP_PENDING\\{.*} 1\\.0\n")
                .containsPattern("DCGM_FI_DEV_ROW_REMAP_FAILURE\\{.*} 0\\.0\n");
    }

    @Test
    void processWithComputeAndGraphics_oneSeries_withTheUnitOfItsCgroup() throws Exception {
        process(77, "both", "0::/system.slice/bev-advanced-avatar.service\n");
        nvml.scenario("process = 77 C unknown", "process = 77 G 2000", "process = 78 C 1000");

        assertThat(scrape().lines().filter(line -> line.startsWith("nvidia_gpu_process_memory_bytes{")))
                .map(line -> line.substring(line.indexOf("pid=")))
                .containsExactly(
                        "pid=\"77\",name=\"both\",user=\"\",unit=\"bev-advanced-avatar.service\",container_id=\"\",pod_uid=\"\","
                                + "type=\"C+G\",} 2000.0",
                        "pid=\"78\",name=\"\",user=\"\",unit=\"\",container_id=\"\",pod_uid=\"\",type=\"C\",} 1000.0");
    }

    @Test
    void unknownMemoryOfAProcess_noSeries() throws Exception {
        nvml.scenario("process = 5021 C unknown", "process = 5022 C 1000");

        assertThat(scrape())
                .contains("pid=\"5022\"")
                .doesNotContain("process_memory_bytes" + GPU0.replace("}", "pid=\"5021\""));
    }

    @Test
    void missingSymbols_groupsUnsupportedOrOlderCallUsed() throws Exception {
        SimulatedNvml old = SimulatedNvml.build(
                directory,
                "nvmlDeviceGetOfaUtilization",
                "nvmlDeviceGetCurrentClocksEventReasons",
                "nvmlDeviceGetFanSpeed_v2",
                "nvmlEventSetCreate",
                "nvmlDeviceGetMemoryInfo_v2");
        collector.close();
        collector = collector(old);

        assertThat(scrape())
                .contains(supported("engine_utilization_ofa", 0), supported("engine_utilization_jpeg", 1))
                .contains("engine=\"jpeg\"", "nvmlDeviceGetCurrentClocksThrottleReasons", supported("memory", 0))
                .contains(supported("xid", 0), supported("clocks_event_reason", 1))
                .doesNotContain("engine=\"ofa\"", "nvidia_gpu_memory_used_bytes{");
    }

    @Test
    void fastGroup_readEachTime_slowGroupCachedWithinItsAge() throws Exception {
        scrape();
        nvml.scenario("temperature = 80", "fan_speed = 50");

        pass(9);
        assertThat(scrape()).contains("nvidia_gpu_temperature_celsius" + GPU0 + " 80.0", fan(0.0));
        pass(1);
        assertThat(scrape()).contains(fan(0.5));
    }

    private static String fan(double ratio) {
        return "nvidia_gpu_fan_speed_ratio" + GPU0.replace("}", "fan=\"0\",} ") + ratio;
    }

    @Test
    void failingCall_countedAndItsSeriesAbsent_othersPresent() throws Exception {
        nvml.scenario("nvmlDeviceGetPowerUsage = error 999");

        assertThat(failedScrape("GPU 0: cannot read power since 2026-06-26T10:00:00Z: UNKNOWN (999)"))
                .contains(
                        "avatar_exporter_nvml_call_errors_total{call=\"nvmlDeviceGetPowerUsage\",code=\"UNKNOWN\",} 1.0")
                .contains(errorSince("power", 999, "UNKNOWN"), "nvidia_gpu_temperature_celsius{")
                .doesNotContain("nvidia_gpu_power_watts{", "reading=\"power\",} ", "avatar_exporter_nvml_error{");

        nvml.scenario();
        assertThat(scrape())
                .contains("nvidia_gpu_power_watts{", supported("power", 1))
                .doesNotContain("nvidia_gpu_reading_error_since_timestamp_seconds");
    }

    private static String errorSince(String reading, int code, String name) {
        return "nvidia_gpu_reading_error_since_timestamp_seconds"
                + GPU0.replace(
                        "}", "reading=\"" + reading + "\",code=\"" + code + "\",error=\"" + name + "\",} 1.782468E9");
    }

    @Test
    void failingCall_supportIsWhatWasKnownBefore() throws Exception {
        nvml.scenario("nvmlDeviceGetTotalEnergyConsumption = error NOT_SUPPORTED");
        scrape();
        nvml.scenario(
                "nvmlDeviceGetTotalEnergyConsumption = error UNKNOWN",
                "nvmlDeviceGetPowerUsage = error UNKNOWN",
                "nvmlDeviceGetNumFans = error OPERATING_SYSTEM",
                "nvmlDeviceGetVbiosVersion = error TIMEOUT");
        pass(30);

        assertThat(failedScrape("OPERATING_SYSTEM (17)", "UNKNOWN (999)", "energy, power"))
                .contains(supported("energy", 0), supported("power", 1), supported("fan_speed", 1))
                .contains(errorSince("energy", 999, "UNKNOWN"), errorSince("fan_speed", 17, "OPERATING_SYSTEM"))
                .doesNotContain("nvidia_gpu_fan_speed_ratio{");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNKNOWN", "TIMEOUT", "IRQ_ISSUE", "RESET_REQUIRED", "OPERATING_SYSTEM", "NO_PERMISSION"})
    void failingGpu_nothingStaleAndCodeReported_recovers(String error) throws Exception {
        nvml.scenario("nvmlDeviceGetTotalEnergyConsumption = error NOT_SUPPORTED");
        scrape();
        nvml.scenario("nvmlDeviceGet* = error " + error);
        pass(2);

        for (int seconds : new int[] {0, 2, 10, 10}) {
            pass(seconds);
            assertThat(failedScrape(error))
                    .containsPattern(
                            "avatar_exporter_nvml_error\\{(gpu=\"0\",)?code=\"\\d+\",error=\"" + error + "\",} 1.0")
                    .doesNotContain("nvidia_gpu_temperature", "nvidia_gpu_info", "nvidia_gpu_reading_supported");
        }
        nvml.scenario();
        pass(10);
        assertThat(scrape())
                .contains("nvidia_gpu_temperature_celsius{", supported("energy", 1))
                .doesNotContain("avatar_exporter_nvml_error{");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nvmlDeviceGetHandleByIndex* = error NO_PERMISSION",
                "nvmlDeviceGetHandleByIndex* = error UNKNOWN",
                "nvmlDeviceGetHandleByIndex* = error IRQ_ISSUE",
                "nvmlDeviceGetUUID = error NO_PERMISSION",
                "nvmlDeviceGetUUID = error UNKNOWN",
                "nvmlDeviceGetCount_v2 = error UNKNOWN",
                "nvmlDeviceRegisterEvents = error NO_PERMISSION",
                "nvmlEventSetCreate = error UNKNOWN",
                "nvmlEventSetWait_v2 = error OPERATING_SYSTEM"
            })
    void failureWhenTheSessionOpens_isRetried(String line) throws Exception {
        nvml.scenario(line);
        String error = line.substring(line.lastIndexOf(' ') + 1);
        while (!someScrape().contains("error=\"" + error + "\"")) {
            Thread.sleep(5); // the wait for events runs on its own thread
        }
        nvml.scenario();
        pass(10);

        assertThat(eventually()).contains("nvidia_gpu_temperature_celsius{", supported("xid", 1));
    }

    private String someScrape() throws Exception {
        return Scrapes.anyScrape(collector);
    }

    @Test
    void deniedGpu_doesNotDisturbTheOther() throws Exception {
        nvml.scenario("gpus = 2", "gpu1.nvmlDeviceGetHandleByIndex* = error NO_PERMISSION");
        for (int i = 0; i < 5; i++) {
            assertThat(failedScrape("GPU 1: NO_PERMISSION (4)"))
                    .contains("nvidia_gpu_temperature_celsius" + GPU0)
                    .contains("avatar_exporter_nvml_call_duration_seconds_count{call=\"nvmlInit_v2\",} 1.0");
            pass(10);
        }
        nvml.scenario("gpus = 2");
        assertThat(scrape()).contains("gpu=\"1\"");
    }

    @Test
    void lostGpu_seriesAbsentAndCodeReported_recoversAfterReinit() throws Exception {
        scrape();
        nvml.scenario("nvmlDevice* = error 15");

        assertThat(failedScrape("GPU 0: GPU_IS_LOST (15)", "reset or reboot"))
                .contains("avatar_exporter_nvml_error{gpu=\"0\",code=\"15\",error=\"GPU_IS_LOST\",} 1.0")
                .doesNotContain("nvidia_gpu_temperature", "nvidia_gpu_info");
        pass(10);
        failedScrape("GPU_IS_LOST");
        nvml.scenario();
        pass(10);

        assertThat(scrape()).contains("nvidia_gpu_temperature_celsius").doesNotContain("avatar_exporter_nvml_error{");
    }

    @Test
    void oneOfTwoGpusLost_otherIsRead() throws Exception {
        nvml.scenario("gpus = 2", "gpu1.nvmlDeviceGetTemperature = error 15");

        assertThat(failedScrape("GPU 1: GPU_IS_LOST"))
                .contains("nvidia_gpu_temperature_celsius" + GPU0)
                .doesNotContain("GPU-00000000-0000-0000-0000-000000000001");
    }

    @Test
    void driverNotLoaded_codeReportedAndRetried() throws Exception {
        nvml.scenario("nvmlInit_v2 = error 9");

        assertThat(failedScrape("DRIVER_NOT_LOADED (9)", "modprobe nvidia"))
                .contains("avatar_exporter_nvml_error{code=\"9\",error=\"DRIVER_NOT_LOADED\",} 1.0");
        nvml.scenario();
        pass(10);

        assertThat(scrape()).contains("nvidia_gpu_info");
    }

    @Test
    void driverUpgradedWhileRunning_mismatchReportedUntilFixed() throws Exception {
        scrape();
        nvml.scenario("* = error 18");

        failedScrape("LIB_RM_VERSION_MISMATCH (18)", "reboot");
        failedScrape("nvmlInit_v2", "LIB_RM_VERSION_MISMATCH");
        nvml.scenario();
        pass(10);

        assertThat(scrape()).contains("nvidia_gpu_info");
    }

    @Test
    void missingLibrary_reportsRemedy() throws Exception {
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        collector = new GpuCollector(
                () -> JnaNvml.load("libnvidia-ml-absent.so.1", ticker, meter),
                meter,
                settings(),
                () -> framesLate,
                ticker,
                CLOCK);

        assertThat(failedScrape("libnvidia-ml-absent.so.1 not found: no NVIDIA driver on this host; "
                        + "install the driver or exclude the collector"))
                .contains("avatar_exporter_nvml_error{code=\"12\",error=\"LIBRARY_NOT_FOUND\",} 1.0")
                .doesNotContain("nvidia_gpu_");
    }

    @Test
    void brokenLibrary_reportsCause() throws Exception {
        Path broken = Files.writeString(directory.resolve("broken.so"), "no ELF file");
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        collector = new GpuCollector(
                () -> JnaNvml.load(broken.toString(), ticker, meter),
                meter,
                settings(),
                () -> framesLate,
                ticker,
                CLOCK);

        failedScrape("broken.so cannot be loaded", "file too short");
    }

    @Test
    void slowCall_slowTierIsReadLessOften() throws Exception {
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        collector = new GpuCollector(
                () -> JnaNvml.load(nvml.library().toString(), ticker, new CostlyCalls(meter, "Fan")),
                meter,
                settings(),
                () -> framesLate,
                ticker,
                CLOCK);
        scrape();
        nvml.scenario("fan_speed = 50");

        pass(19);
        assertThat(scrape()).as("two calls of 10 ms require 20 s").contains(fan(0.0));
        pass(11);
        assertThat(scrape()).contains(fan(0.5));
    }

    /** Lets some calls take 10 ms of the test's ticker. */
    private final class CostlyCalls implements CallObserver {
        private final NvmlCallMetrics meter;
        private final String costly;

        private CostlyCalls(NvmlCallMetrics meter, String costly) {
            this.meter = meter;
            this.costly = costly;
        }

        @Override
        public void calling(String call) {
            if (call.contains(costly)) {
                nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
            }
            meter.calling(call);
        }

        @Override
        public void called(String call, int code, long duration) {
            meter.called(call, code, duration);
        }
    }

    @Test
    void hangingCall_scrapeEndsWhenInterrupted_nextReportsTheCall_thenRecovers() throws Exception {
        scrape();
        nvml.scenario("nvmlDeviceGetPowerUsage = hang");
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread scrape = new Thread(() -> {
            try {
                collector.collect(new MetricSink());
            } catch (Throwable e) {
                failure.set(e);
            }
        });

        scrape.start();
        while (scrape.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        scrape.interrupt();
        scrape.join();
        assertThat(failure.get()).isInstanceOf(PartialCollectionException.class).hasMessageContaining("in time");
        String complaint = complaint();
        while (!complaint.contains("hangs: inside nvmlDeviceGetPowerUsage for")) {
            Thread.sleep(5); // still before the call that hangs
            complaint = complaint();
        }
        assertThat(complaint).contains("the NVIDIA driver hangs");

        nvml.scenario();
        assertThat(eventually()).contains("nvidia_gpu_power_watts");
    }

    private String complaint() throws Exception {
        try {
            collector.collect(new MetricSink());
            throw new AssertionError("the collection succeeded");
        } catch (PartialCollectionException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The first successful scrape, for effects of another thread. */
    private String eventually() throws Exception {
        while (true) {
            try {
                return scrape();
            } catch (PartialCollectionException notYet) {
                Thread.sleep(5);
            }
        }
    }

    @Test
    void xid_countedAndRetainedWhileTheGpuIsLost() throws Exception {
        scrape();
        nvml.scenario("xid = 79");
        String text = scrape();
        while (!text.contains("xid_errors_total")) {
            Thread.sleep(5);
            text = scrape();
        }
        assertThat(text)
                .contains("nvidia_gpu_xid_errors_total" + GPU0.replace("}", "xid=\"79\",} 1.0"))
                .contains("nvidia_gpu_xid_last_timestamp_seconds" + GPU0.replace("}", "xid=\"79\",} 1.782468E9"));

        nvml.scenario("nvmlDevice* = error 15");
        assertThat(failedScrape("GPU_IS_LOST")).contains("nvidia_gpu_xid_errors_total{");
    }

    @Test
    void close_shutsDownEverySession() throws Exception {
        try (NativeLibrary held = nvml.hold()) {
            scrape();
            assertThat(SimulatedNvml.inits(held)).isOne();
            collector.close();

            assertThat(SimulatedNvml.inits(held)).isZero();
        }
    }

    @Test
    void simulator_reportedEvenWhileItsDriverIsNotLoaded() throws Exception {
        assertThat(collector.remark()).as("before the library is loaded").isEmpty();
        assertThat(scrape()).contains("\nnvidia_gpu_simulated 1.0\n", "4080 SUPER (simulated)");
        assertThat(collector.remark()).isEqualTo("simulated");

        nvml.scenario("* = error DRIVER_NOT_LOADED");
        assertThat(failedScrape("DRIVER_NOT_LOADED (9)")).contains("nvidia_gpu_simulated 1.0\n");
    }

    @Test
    void libraryWithoutSimulatorSymbol_isReal() throws Exception {
        SimulatedNvml unmarked = SimulatedNvml.build(directory, "nvmlSimulatorVersion");
        collector.close();
        collector = collector(unmarked);

        assertThat(scrape()).contains("\nnvidia_gpu_simulated 0.0\n");
        assertThat(collector.remark()).isEmpty();
    }

    @Test
    void ramps_goFromTheirFirstToTheirLastValue() throws Exception {
        nvml.scenario("temperature = 46 95 1e9", "memory_used = 1000 16500000000 1e12");
        assertThat(scrape()).contains("celsius" + GPU0 + " 46.0", "memory_used_bytes" + GPU0 + " 1000.0");

        nvml.scenario("temperature = 46 95 1e-9", "memory_used = 1000 16500000000 1e-9");
        assertThat(scrape())
                .contains("celsius" + GPU0 + " 95.0", "memory_used_bytes" + GPU0 + " 1.65E10")
                .contains("memory_free_bytes" + GPU0 + " 2.16398592E8");
    }

    @Test
    void shippedExample_isTheBuiltInGpu() throws Exception {
        String builtIn = withoutEnergy(scrape());
        List<String> example = Files.readAllLines(Path.of("src/simulator/scenario.txt"));
        nvml.scenario(example.toArray(String[]::new));
        pass(30);
        assertThat(withoutEnergy(scrape())).as("as shipped").isEqualTo(builtIn);

        // Every documented value, uncommented, from the heading on.
        List<String> values = example
                .subList(
                        example.indexOf(example.stream()
                                .filter(line -> line.contains("every value"))
                                .findFirst()
                                .orElseThrow()),
                        example.size())
                .stream()
                .filter(line -> line.contains(" = ") && !line.contains("process"))
                .map(line -> line.substring(1))
                .toList();
        assertThat(values).hasSizeGreaterThan(40);
        nvml.scenario(values.toArray(String[]::new));
        pass(30);
        assertThat(withoutEnergy(scrape())).as("with all values set").isEqualTo(builtIn);
    }

    private static String withoutEnergy(String exposition) {
        return withoutTimes(exposition).replaceAll("nvidia_gpu_energy_joules_total\\{.*", "");
    }

    @Test
    void missingFunctionOfTheDriver_isUnsupported() throws Exception {
        nvml.scenario("nvmlDeviceGetEncoderStats = error FUNCTION_NOT_FOUND");

        assertThat(scrape())
                .contains(supported("encoder_sessions", 0))
                .doesNotContain("nvidia_gpu_encoder_sessions{", "avatar_exporter_nvml_call_errors_total");
    }

    @Test
    void gpuAdded_presentAfterTheDriverIsReloaded() throws Exception {
        assertThat(scrape()).doesNotContain("gpu=\"1\"");
        nvml.scenario("gpus = 2");

        // One scrape fails with UNINITIALIZED, unless the XID thread received the code first.
        assertThat(eventually()).contains("gpu=\"0\"", "gpu=\"1\"");
    }

    @Test
    void severalGpus_haveSeparateValuesAndXids() throws Exception {
        nvml.scenario("gpus = 8", "gpu7.temperature = 71", "gpu7.xid = 31");
        String text = scrape();
        while (!text.contains("xid_errors_total")) {
            Thread.sleep(5);
            text = scrape();
        }
        String gpu7 = GPU0.replace("00000000\"", "00000007\"").replace("\"0\"", "\"7\"");
        assertThat(text)
                .contains("celsius" + GPU0 + " 46.0", "celsius" + gpu7 + " 71.0")
                .contains("nvidia_gpu_xid_errors_total" + gpu7.replace("}", "xid=\"31\",} 1.0"))
                .doesNotContain("nvidia_gpu_xid_errors_total" + GPU0.replace("}", "xid"));
    }

    @Test
    void xid_notReportedAgainByTheNextSession() throws Exception {
        scrape();
        nvml.scenario("xid = 79", "nvmlDeviceGetTemperature = error 15");
        while (!failedScrape("GPU_IS_LOST").contains("xid_errors_total")) {
            Thread.sleep(5);
        }
        pass(10);
        failedScrape("GPU_IS_LOST");
        Thread.sleep(100); // time for the new session's watcher to count it again if it were reported again

        assertThat(failedScrape("GPU_IS_LOST")).contains("xid=\"79\",} 1.0");
    }

    @Test
    void driverThatDropsItsGpu_failsUntilItIsBack() throws Exception {
        scrape();
        nvml.scenario("gpus = 0");
        String text = failedScrape("(");
        // One scrape fails with UNINITIALIZED, unless the XID thread received the code first.
        while (!text.contains("GPU_NOT_FOUND")) {
            text = failedScrape("(");
        }
        assertThat(text)
                .contains("avatar_exporter_nvml_error{code=\"28\",error=\"GPU_NOT_FOUND\",} 1.0")
                .doesNotContain("nvidia_gpu_temperature_celsius");

        nvml.scenario("gpus = 1");
        pass(10);
        assertThat(scrape()).contains("nvidia_gpu_temperature_celsius");
    }

    @Test
    void xid_countedAfterATransientFailure() throws Exception {
        nvml.scenario("nvmlEventSetWait_v2 = error UNKNOWN");
        String failing = "avatar_exporter_nvml_call_errors_total{call=\"nvmlEventSetWait_v2\",code=\"UNKNOWN\",}";
        while (!someScrape().contains(failing)) {
            Thread.sleep(5);
        }

        nvml.scenario("xid = 79");

        while (!someScrape().contains("xid_errors_total")) {
            Thread.sleep(5);
        }
    }

    @Test
    void pcieThroughput_readWhenEnabled() throws Exception {
        assertThat(scrape()).doesNotContain("nvidia_gpu_pcie_throughput");
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        GpuSettings wanted = settings().withPcieThroughput(true);
        collector = new GpuCollector(nvml.loader(meter), meter, wanted, () -> framesLate, ticker, CLOCK);

        String series = "nvidia_gpu_pcie_throughput_bytes_per_second" + GPU0;
        assertThat(scrape())
                .contains(series.replace("}", "direction=\"transmit\",} 1.74169E8"))
                .contains(series.replace("}", "direction=\"receive\",} 1.43623E9"));
    }

    @Test
    void dcgmXid_isTheLatest() throws Exception {
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        GpuSettings wanted = settings().withDcgmHost(Optional.of("box"));
        collector = new GpuCollector(nvml.loader(meter), meter, wanted, () -> framesLate, ticker, CLOCK);
        scrape();
        nvml.scenario("xid = 43");
        while (!scrape().contains("DCGM_FI_DRIVER_VERSION=\"595.71.05\",} 43.0")) {
            Thread.sleep(5);
        }
    }

    @Test
    void lateFrames_pollingReducedExceptAlarmTier_untilFramesAreInTime() throws Exception {
        scrape();
        framesLate = true;
        nvml.scenario("temperature = 80", "power = 99000", "fan_speed = 50");

        pass(2);
        assertThat(scrape())
                .contains("avatar_exporter_nvml_backoff{reason=\"late_frames\",} 1.0", "celsius" + GPU0 + " 80.0")
                .doesNotContain("power_watts" + GPU0 + " 99.0");
        pass(1);
        assertThat(scrape()).contains("power_watts" + GPU0 + " 99.0", fan(0.0));
        pass(26);
        assertThat(scrape()).as("29 s").contains(fan(0.0));
        pass(1);
        assertThat(scrape()).as("30 s").contains(fan(0.5));

        framesLate = false;
        nvml.scenario("power = 98000");
        assertThat(scrape())
                .contains("avatar_exporter_nvml_backoff{reason=\"late_frames\",} 0.0", "power_watts" + GPU0 + " 98.0");
    }

    @Test
    void slowCallInFastTier_readLessOften() throws Exception {
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        collector = new GpuCollector(
                () -> JnaNvml.load(nvml.library().toString(), ticker, new CostlyCalls(meter, "GetPowerUsage")),
                meter,
                settings(),
                () -> framesLate,
                ticker,
                CLOCK);
        assertThat(scrape()).contains("avatar_exporter_nvml_backoff{reason=\"slow_calls\",} 1.0");
        nvml.scenario("temperature = 80", "power = 99000");

        pass(1);
        assertThat(scrape())
                .as("a call of 10 ms requires 2 s, the others are read")
                .contains("celsius" + GPU0 + " 80.0")
                .doesNotContain("power_watts" + GPU0 + " 99.0");
        pass(1);
        assertThat(scrape()).contains("power_watts" + GPU0 + " 99.0");
    }

    @Test
    void slowCallInAlarmTier_isAtMostOneAndAHalfSecondsOld() throws Exception {
        collector.close();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        collector = new GpuCollector(
                () -> JnaNvml.load(nvml.library().toString(), ticker, new CostlyCalls(meter, "GetTemperature")),
                meter,
                settings(),
                () -> framesLate,
                ticker,
                CLOCK);
        scrape();
        nvml.scenario("temperature = 80");

        pass(1);
        assertThat(scrape()).contains("celsius" + GPU0 + " 46.0");
        pass(1);
        assertThat(scrape()).contains("celsius" + GPU0 + " 80.0");
    }

    @Test
    void unsignedValues_areNotNegative() throws Exception {
        nvml.scenario(
                "pcie_replays = 3000000000",
                "power = 4000000000",
                "encoder_sessions = 2147483648",
                "clock_max_memory = 4294967294");

        assertThat(scrape())
                .contains("nvidia_gpu_pcie_replays_total" + GPU0 + " 3.0E9")
                .contains("nvidia_gpu_power_watts" + GPU0 + " 4000000.0")
                .contains("nvidia_gpu_encoder_sessions" + GPU0 + " 2.147483648E9")
                .contains("nvidia_gpu_clock_max_hertz" + GPU0.replace("}", "clock=\"memory\",} 4.294967294E15"));
    }

    @Test
    void allBitsSet_isNoValue() throws Exception {
        String none = "4294967295";
        nvml.scenario(
                "temperature = " + none,
                "utilization = " + none,
                "encoder_utilization = " + none,
                "power = " + none,
                "power_limit_max = " + none,
                "clock_sm = " + none,
                "fan_speed = " + none,
                "pcie_replays = " + none,
                "pcie_width = " + none,
                "compute_mode = " + none,
                "encoder_sessions = " + none,
                "memory_temperature = " + none,
                "ecc_corrected = 18446744073709551615",
                "remapped_rows_corrected = " + none,
                "remapped_rows_uncorrected = 4");

        assertThat(scrape())
                .contains(supported("temperature", 0), supported("pcie_replays", 0), supported("clock", 1))
                .contains("nvidia_gpu_memory_utilization_ratio{", "nvidia_gpu_pcie_link_generation{")
                .contains("nvidia_gpu_remapped_rows_total" + GPU0.replace("}", "type=\"uncorrected\",} 4.0"))
                .doesNotContain("type=\"corrected\"", "type=\"max\"", "clock=\"sm\",} 4", "engine=\"encoder\",} 4")
                .doesNotContain("nvidia_gpu_temperature_celsius{", "nvidia_gpu_utilization_ratio{")
                .doesNotContain(
                        "nvidia_gpu_power_watts{", "nvidia_gpu_fan_speed_ratio{", "nvidia_gpu_pcie_replays_total{")
                .doesNotContain(
                        "nvidia_gpu_pcie_link_width{", "nvidia_gpu_compute_mode{", "nvidia_gpu_encoder_sessions{")
                .doesNotContain("nvidia_gpu_memory_temperature_celsius{", "4.2949", "-1.0", "-0.01", "-1000000.0");
    }
}
