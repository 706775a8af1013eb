package io.bev.avatar.exporter.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.check.CheckResult;
import io.bev.avatar.exporter.check.GpuChecks;
import io.bev.avatar.exporter.check.KernelCheck;
import io.bev.avatar.exporter.check.cuda.jna.JnaCuda;
import io.bev.avatar.exporter.collector.Scrapes;
import io.bev.avatar.exporter.collector.gpu.GpuCollector;
import io.bev.avatar.exporter.collector.gpu.GpuSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.testkit.NvidiaLibraries;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** NVIDIA's own libraries on a machine without a GPU: every symbol exists, and their errors have a remedy. */
class NvidiaLibrariesTest {

    private static final Path SOURCES = Path.of("src/main/java/io/bev/avatar/exporter");

    @SuppressWarnings("NullAway.Init") // see find
    private static String nvml;

    @SuppressWarnings("NullAway.Init") // see find
    private static String cuda;

    @BeforeAll
    static void find() throws Exception {
        Path directory = NvidiaLibraries.require();
        nvml = directory.resolve("libnvidia-ml.so.1").toString();
        cuda = directory.resolve("libcuda.so.1").toString();
    }

    private static Set<String> boundSymbols(String binding, String prefix) throws IOException {
        Set<String> symbols = new TreeSet<>();
        try (Stream<Path> files = Files.list(SOURCES.resolve(binding))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher symbol =
                        Pattern.compile("\"(" + prefix + "[A-Z]\\w+)\"").matcher(Files.readString(file));
                while (symbol.find()) {
                    symbols.add(symbol.group(1));
                }
            }
        }
        symbols.remove("nvmlSimulatorVersion"); // which only the simulator has
        return symbols;
    }

    private static void assertSymbols(String library, Set<String> symbols) {
        try (NativeLibrary loaded = NativeLibrary.getInstance(library)) {
            assertThat(symbols).allSatisfy(symbol -> loaded.getFunction(symbol));
        }
    }

    @Test
    void everyNvmlSymbol_exists() throws Exception {
        Set<String> symbols = boundSymbols("nvml/jna", "nvml");

        assertThat(symbols).hasSizeGreaterThan(60);
        assertSymbols(nvml, symbols);
    }

    @Test
    void everyCudaSymbolOfTheCheck_exists() throws Exception {
        Set<String> symbols = boundSymbols("check/cuda/jna", "cu");

        assertThat(symbols).hasSizeGreaterThan(12);
        assertSymbols(cuda, symbols);
    }

    /** Before initialisation, every call with its arguments reaches the library and returns. */
    @Test
    void everyReading_isRejectedWithoutInitialisation() throws Exception {
        List<String> rejected = new ArrayList<>();
        try (NvmlApi api = JnaNvml.load(nvml, Ticker.system(), new NvmlCallMetrics(Ticker.system()))) {
            assertThat(api.simulated()).isFalse();
            for (Object part : List.of(api, api.dataCenter(), api.control())) {
                for (Method method : part.getClass().getInterfaces()[0].getMethods()) {
                    if (method.getReturnType() == NvmlResult.class
                            && List.of(method.getParameterTypes()).contains(NvmlDevice.class)) {
                        method.setAccessible(true);
                        NvmlResult<?> result = (NvmlResult<?>) method.invoke(part, arguments(method));
                        assertThat(result.code()).as(method.getName()).isEqualTo(NvmlCode.UNINITIALIZED);
                        rejected.add(method.getName());
                    }
                }
            }
        }
        assertThat(rejected).hasSizeGreaterThan(40);
    }

    private static Object[] arguments(Method method) {
        return Stream.of(method.getParameterTypes())
                .map(type -> type == NvmlDevice.class
                        ? new NvmlDevice(0)
                        : type.isEnum() ? type.getEnumConstants()[0] : type == long.class ? (Object) 0L : 0)
                .toArray();
    }

    @Test
    void nvmlInit_reportsDriverNotLoaded_withTheRemedy() throws Exception {
        NvmlCallMetrics meter = new NvmlCallMetrics(Ticker.system());
        NvmlLoader loader = () -> JnaNvml.load(nvml, Ticker.system(), meter);
        GpuCollector collector = new GpuCollector(
                loader, meter, GpuSettings.defaults(Path.of("/proc")), () -> false, Ticker.system(), Clock.systemUTC());
        try {
            assertThat(Scrapes.failedScrape(
                            collector,
                            "nvmlInit_v2 returned DRIVER_NOT_LOADED (9): the NVIDIA kernel module is not loaded; "
                                    + "run 'modprobe nvidia' or reboot"))
                    .contains("avatar_exporter_nvml_error{code=\"9\",error=\"DRIVER_NOT_LOADED\",} 1.0")
                    .contains("nvidia_gpu_simulated 0.0");
        } finally {
            collector.close();
        }

        CheckConfig config = CheckConfig.from(Config.of("", "test.yaml", java.util.Map.of()));
        CheckResult check =
                new GpuChecks(config, OptionalInt.empty(), false, loader).run().get(0);
        assertThat(check.status()).isEqualTo(Status.FAILURE);
        assertThat(check.found()).contains("DRIVER_NOT_LOADED (9)");
        assertThat(check.remedy()).contains("modprobe nvidia");
    }

    @Test
    void cuInit_reportsNoDevice_withTheRemedy() throws Exception {
        try (JnaCuda api = JnaCuda.load(cuda)) {
            assertThatThrownBy(api::init).hasMessage("cuInit returned CUDA_ERROR_NO_DEVICE (100)");
            assertThat(api.driverVersion()).isGreaterThanOrEqualTo(12000);
        }

        CheckResult check = new KernelCheck(() -> JnaCuda.load(cuda)).run().get(0);
        assertThat(check.status()).isEqualTo(Status.FAILURE);
        assertThat(check.found()).isEqualTo("cuInit returned CUDA_ERROR_NO_DEVICE (100)");
        assertThat(check.remedy()).contains("'nvidia-smi' lists the GPU", "/dev/nvidia*");
    }
}
