package io.bev.avatar.exporter.collector.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.Scrapes;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every NVML call that fails, with every kind of code, and every number that the driver does not have. */
@Timeout(60)
class GpuFailuresTest {

    /** Codes of a failing GPU or driver; 9999 is one that this version does not know. */
    private static final List<Integer> FAILURES = List.of(8, 10, 14, 15, 16, 19, 20, 999, 9999);

    private static final Path SIMULATOR = Path.of("src/simulator");

    /** Values of 64 bits; the others have 32. */
    private static final Set<String> WIDE = Set.of(
            "memory_total",
            "memory_reserved",
            "memory_used",
            "bar1_total",
            "bar1_used",
            "energy",
            "event_reasons",
            "ecc_corrected",
            "ecc_uncorrected",
            "nvlink_transmit",
            "nvlink_receive",
            "mig_memory_total",
            "mig_memory_reserved",
            "mig_memory_used");

    private static final Pattern VALUE = Pattern.compile("} (\\S+)$");

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
        NvmlCallMetrics meter = new NvmlCallMetrics(nanos::get);
        GpuSettings settings = new GpuSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                false,
                Duration.ofMillis(5),
                directory,
                Optional.of("box"),
                true);
        Clock clock = Clock.fixed(Instant.parse("2026-06-26T10:00:00Z"), ZoneOffset.UTC);
        collector = new GpuCollector(nvml.loader(meter), meter, settings, () -> false, nanos::get, clock);
    }

    @AfterEach
    void close() {
        collector.close();
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    static Stream<Arguments> opening() {
        return Stream.of(
                        "nvmlInit_v2",
                        "nvmlDeviceGetCount_v2",
                        "nvmlDeviceGetHandleByIndex_v2",
                        "nvmlDeviceGetUUID",
                        "nvmlDevice*")
                .flatMap(call -> FAILURES.stream().map(code -> Arguments.of(call, code)));
    }

    @ParameterizedTest
    @MethodSource
    void opening(String call, int code) throws Exception {
        nvml.scenario(call + " = error " + code);

        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(Scrapes.failedScrape(collector, NvmlCode.describe(code)))
                    .containsPattern("avatar_exporter_nvml_error\\{(gpu=\"0\",)?code=\"" + code + "\"")
                    .contains("error=\"" + NvmlCode.name(code) + "\",} 1.0")
                    .doesNotContain("nvidia_gpu_temperature_celsius{", "DCGM_FI_DEV_GPU_TEMP{");
            pass(11);
        }
        assertThat(NvmlCode.remedy(code)).as("remedy of %s", code).isPresent();

        nvml.scenario();
        assertRecovered();
    }

    static Stream<Arguments> reading() throws IOException {
        return readingCalls().stream().flatMap(call -> FAILURES.stream().map(code -> Arguments.of(call, code)));
    }

    /** The calls of the simulator that read a value of a GPU, except those that identify it or its settings. */
    private static Set<String> readingCalls() throws IOException {
        Set<String> calls = new TreeSet<>();
        Matcher function = Pattern.compile("\\b(nvmlDeviceGet\\w+)[(,]")
                .matcher(Files.readString(SIMULATOR.resolve("nvml_simulator.c")));
        while (function.find()) {
            calls.add(function.group(1));
        }
        calls.removeIf(call -> call.matches(
                ".*(Count_v2|HandleByIndex_v2|UUID|Supported.*Clocks|PcieThroughput|ThrottleReasons|InstanceId)"));
        calls.add("nvmlField82");
        calls.add("nvmlField138");
        calls.add("nvmlField230");
        assertThat(calls).hasSizeGreaterThan(40);
        return calls;
    }

    private static final String[] DATA_CENTRE_GPU = {
        "memory_temperature = 60",
        "ecc_corrected = 1",
        "ecc_uncorrected = 1",
        "remapped_rows_corrected = 1",
        "remapped_rows_uncorrected = 1",
        "nvlink_transmit = 1",
        "nvlink_receive = 1",
        "fabric_state = 3",
        "vgpu_licensed = 1",
        "mig_devices = 2",
        "serial = 1"
    };

    private void scenario(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(lines));
        all.addAll(List.of(DATA_CENTRE_GPU));
        nvml.scenario(all.toArray(String[]::new));
    }

    /** Values that are read once in a session. */
    private static final Pattern STATIC = Pattern.compile(
            "nvmlDeviceGet(MaxClockInfo|TemperatureThreshold|PciInfo_v3|VbiosVersion|Serial|CudaComputeCapability)");

    @ParameterizedTest
    @MethodSource
    void reading(String call, int code) throws Exception {
        scenario(call + " = error " + code);
        String first = failed(NvmlCode.describe(code));
        assertFailing(first, code);

        scenario();
        assertRecovered();
        long all = samples(Scrapes.scrape(collector));
        assertThat(samples(first)).isLessThanOrEqualTo(all);

        if (!STATIC.matcher(call).matches()) {
            scenario(call + " = error " + code);
            pass(60);
            String later = failed(NvmlCode.describe(code));
            assertFailing(later, code);
            assertThat(samples(later)).isLessThanOrEqualTo(all);
        }
    }

    private static void assertFailing(String text, int code) {
        assertThat(text).containsPattern("(nvml_error|error_since_timestamp_seconds)\\{.*code=\"" + code + "\"");
        assertThat(text.contains("avatar_exporter_nvml_error{")
                        || text.contains("nvidia_gpu_memory_total_bytes{")
                        || text.contains("nvidia_gpu_temperature_celsius{"))
                .as("the GPU is reported as failing, or its other readings stay")
                .isTrue();
    }

    private static long samples(String exposition) {
        return exposition
                .lines()
                .filter(line -> line.startsWith("nvidia_gpu_") && !line.contains("_error_since_"))
                .count();
    }

    private String failed(String complaint) throws IOException {
        return Scrapes.failedScrape(collector, complaint);
    }

    /** A re-initialisation takes 10 s, a value of the slow tier 30 s. */
    private void assertRecovered() throws Exception {
        for (int attempt = 0; ; attempt++) {
            pass(31);
            try {
                assertThat(Scrapes.scrape(collector))
                        .contains("nvidia_gpu_temperature_celsius{")
                        .doesNotContain("avatar_exporter_nvml_error{", "error_since_timestamp_seconds{");
                return;
            } catch (PartialCollectionException e) {
                // The thread that waits for events may have seen the failure before the recovery.
                assertThat(attempt).as(e.getMessage()).isLessThan(3);
            }
        }
    }

    static Stream<String> numbers() throws IOException {
        List<String> lines = Files.readAllLines(SIMULATOR.resolve("scenario.txt"));
        return lines.stream()
                .dropWhile(line -> !line.contains("every value"))
                .filter(line -> line.matches("# \\w+ = -?\\d+.*"))
                .map(line -> line.substring(2, line.indexOf(" =")))
                .filter(key -> !key.startsWith("locked_") && !key.equals("mig_devices"));
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void allBitsSet_isNoValue(String key) throws Exception {
        double none = WIDE.contains(key) ? 18446744073709551615.0 : 4294967295.0;
        scenario(key + " = " + (WIDE.contains(key) ? "18446744073709551615" : "4294967295"));

        String text = Scrapes.anyScrape(collector);

        for (String line : text.lines()
                .filter(l -> l.matches("(nvidia_gpu|nvidia_smi|DCGM)_.*"))
                .toList()) {
            Matcher value = VALUE.matcher(line);
            double found = value.find() ? Double.parseDouble(value.group(1)) : 0;
            assertThat(found).as(line).isNotNegative();
            for (double scale : new double[] {0.01, 1e-6, 1e-3, 1, 1e3, 1024, 1e6, 1.0 / (1 << 20)}) {
                assertThat(Math.abs(found - none * scale)).as(line).isGreaterThan(none * scale * 1e-6);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void numberAboveTwoToThe31_isNotNegative(String key) throws Exception {
        scenario(key + " = 3000000000");

        String text = Scrapes.anyScrape(collector);

        assertThat(text.lines().filter(line -> line.matches("(nvidia_gpu|nvidia_smi|DCGM)_.*} -.*")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4294967295", "3000000000", "257"})
    void impossibleNumberOfGpus_isAnError(String count) throws Exception {
        nvml.scenario("gpus = " + count);

        assertThat(failed("nvmlDeviceGetCount_v2 returned UNKNOWN (999)"))
                .contains("avatar_exporter_nvml_error{code=\"999\"");
    }

    @Test
    void gpuThatIsNoLongerListed_isReportedUntilItIsBack() throws Exception {
        nvml.scenario("gpus = 2");
        assertThat(Scrapes.scrape(collector)).contains("gpu=\"1\"");

        nvml.scenario("gpus = 1");
        String text = afterReload("GPU_NOT_FOUND");
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(text)
                    .contains("nvidia_gpu_temperature_celsius{uuid=\"GPU-00000000-0000-0000-0000-000000000000\"")
                    .contains("avatar_exporter_nvml_error{gpu=\"1\",uuid=\"GPU-00000000-0000-0000-0000-000000000001\","
                            + "code=\"28\",error=\"GPU_NOT_FOUND\",} 1.0");
            pass(10);
            text = failed("GPU 1: missing since the driver was reloaded, GPU-00000000-0000-0000-0000-000000000001: "
                    + "GPU_NOT_FOUND (28): no GPU found; see 'lspci | grep -i nvidia' (since 2026-06-26T10:00:00Z)");
        }

        nvml.scenario("gpus = 2");
        assertRecovered();
        assertThat(Scrapes.scrape(collector)).contains("gpu=\"1\"");
    }

    @Test
    void missingGpu_whoseIndexAnotherHasNow_isReportedByUuid() throws Exception {
        nvml.scenario("gpus = 2");
        Scrapes.scrape(collector);

        nvml.scenario("gpus = 1", "gpu0.uuid = 1");

        assertThat(afterReload("GPU_NOT_FOUND"))
                .contains("nvidia_gpu_temperature_celsius{uuid=\"GPU-00000000-0000-0000-0000-000000000001\",gpu=\"0\"")
                .contains("avatar_exporter_nvml_error{gpu=\"0\",uuid=\"GPU-00000000-0000-0000-0000-000000000000\"");
    }

    /** The first scrape after a reload of the driver fails with UNINITIALIZED, unless the event thread saw it first. */
    private String afterReload(String error) throws IOException {
        String text = failed("(");
        while (!text.contains(error)) {
            pass(1);
            text = failed("(");
        }
        return text;
    }

    @Test
    void gpuWithoutHandle_isNotReportedAsMissingToo() throws Exception {
        nvml.scenario("gpus = 2");
        Scrapes.scrape(collector);

        nvml.scenario("gpus = 2", "gpu1.nvmlDevice* = error UNKNOWN");
        for (int attempt = 0; attempt < 3; attempt++) {
            pass(11);
            assertThat(failed("GPU 1: UNKNOWN (999)")).doesNotContain("GPU_NOT_FOUND");
        }
    }
}
