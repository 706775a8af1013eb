package io.bev.avatar.exporter.check;

import static io.bev.avatar.exporter.check.Sizes.gb;

import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.DeviceMemory;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerLimit;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The NVIDIA driver, what it offers, and whether the GPUs are set up for speed; read through NVML. */
public final class GpuChecks implements Check {

    private static final String DRIVER = "gpu-driver";
    private static final String CUDA = "gpu-cuda";
    private static final String MEMORY = "gpu-memory";
    private static final String SET_UP = "start bev-avatar-gpu.service, which sets it as root";

    /** {@code nvmlClocksEventReason*}: clocks are low because there is nothing to do. */
    private static final long IDLE = 0x1;

    /** Hardware slowdown, thermal slowdowns and power brake; a power cap is what the power limit is for. */
    private static final long HELD_BACK = 0x8 | 0x20 | 0x40 | 0x80;

    private final CheckConfig config;
    private final OptionalInt powerLimitWatts;
    private final NvmlLoader loader;

    /**
     * @param powerLimitWatts what the set-up asks for; a GPU that allows less is asked for its most
     * @param loader loads NVML, which is unloaded again
     */
    public GpuChecks(CheckConfig config, OptionalInt powerLimitWatts, NvmlLoader loader) {
        this.config = config;
        this.powerLimitWatts = powerLimitWatts;
        this.loader = loader;
    }

    @Override
    public String name() {
        return DRIVER;
    }

    @Override
    public List<CheckResult> run() {
        try {
            NvmlApi api = loader.load();
            try {
                int code = api.init();
                if (code != NvmlCode.SUCCESS) {
                    throw new NvmlException("nvmlInit_v2", code);
                }
                try {
                    return look(api);
                } finally {
                    api.shutdown();
                }
            } finally {
                api.close();
            }
        } catch (NvmlException e) {
            return none(e);
        }
    }

    private List<CheckResult> none(NvmlException failure) {
        String remedy = NvmlCode.remedy(failure.code())
                .orElseGet(() -> "install NVIDIA's driver " + config.driverVersion()
                        + " or newer; 'nvidia-smi' must list a GPU");
        String unknown = "not known without a driver that answers";
        String after = "mend " + DRIVER + " first";
        return List.of(
                CheckResult.failure(DRIVER, failure.problem(), driverExpected(), remedy),
                CheckResult.failure(CUDA, unknown, cudaExpected(), after),
                CheckResult.failure(MEMORY, unknown, memoryExpected(), after));
    }

    private List<CheckResult> look(NvmlApi api) throws NvmlException {
        List<CheckResult> results = new ArrayList<>();
        String driver = api.driverVersion().orThrow();
        String update = "update NVIDIA's driver and reboot";
        results.add(CheckResult.of(
                Versions.atLeast(driver, config.driverVersion()), DRIVER, driver, driverExpected(), update));
        int cuda = api.cudaDriverVersion().orThrow();
        String cudaVersion = cuda / 1000 + "." + cuda % 1000 / 10;
        results.add(CheckResult.of(
                Versions.atLeast(cudaVersion, config.cudaVersion()), CUDA, cudaVersion, cudaExpected(), update));
        int count = api.deviceCount().orThrow();
        results.add(memory(api, count));
        for (int i = 0; i < count; i++) {
            Optional<NvmlDevice> device = api.device(i).value();
            if (device.isPresent()) {
                performance(api, i, device.get(), results);
            }
        }
        return results;
    }

    /** Of several GPUs one with room is enough: CUDA_VISIBLE_DEVICES chooses it. */
    private CheckResult memory(NvmlApi api, int count) {
        double most = -1;
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Optional<NvmlDevice> device = api.device(i).value();
            Optional<DeviceMemory> memory = device.flatMap(d -> api.memory(d).value());
            if (device.isEmpty() || memory.isEmpty()) {
                found.add("GPU " + i + ": "
                        + NvmlCode.describe(
                                device.isEmpty()
                                        ? api.device(i).code()
                                        : api.memory(device.get()).code()));
                continue;
            }
            most = Math.max(most, memory.get().free());
            found.add(gb(memory.get().free()) + " of " + gb(memory.get().total()) + " on GPU " + i + ", "
                    + api.name(device.get()).value().orElse("unnamed"));
        }
        return CheckResult.of(
                most >= config.gpuMemoryFreeGb() * Sizes.GB,
                MEMORY,
                found.isEmpty() ? "no GPU" : String.join("; ", found),
                memoryExpected(),
                "end what else uses the GPU ('nvidia-smi' lists it), or lower exporter.check.gpu-memory-free-gb");
    }

    private void performance(NvmlApi api, int index, NvmlDevice device, List<CheckResult> results) {
        String suffix = "-" + index;
        api.persistenceMode(device)
                .value()
                .ifPresent(on -> results.add(
                        on == 1
                                ? CheckResult.ok("gpu-persistence" + suffix, "on", "on")
                                : CheckResult.warning("gpu-persistence" + suffix, "off", "on", SET_UP)));
        Optional<Integer> limit = api.powerLimit(device, PowerLimit.ENFORCED).value();
        Optional<NvmlApi.PowerRange> range = api.powerRange(device).value();
        if (limit.isPresent() && range.isPresent() && powerLimitWatts.isPresent()) {
            double wanted = Math.min(powerLimitWatts.getAsInt(), range.get().max() / 1000.0);
            double watts = limit.get() / 1000.0;
            String found = Math.round(watts) + " W";
            String expected = "at least " + Math.round(wanted) + " W";
            results.add(
                    watts + 0.5 >= wanted
                            ? CheckResult.ok("gpu-power-limit" + suffix, found, expected)
                            : CheckResult.warning("gpu-power-limit" + suffix, found, expected, SET_UP));
        }
        clocks(api, device, "gpu-clocks" + suffix).ifPresent(results::add);
    }

    private static Optional<CheckResult> clocks(NvmlApi api, NvmlDevice device, String name) {
        Optional<Integer> now = api.clock(device, NvmlApi.Clock.GRAPHICS).value();
        Optional<Integer> most = api.maxClock(device, NvmlApi.Clock.GRAPHICS).value();
        Optional<Long> reasons = api.clocksEventReasons(device).value();
        if (now.isEmpty() || most.isEmpty() || reasons.isEmpty()) {
            return Optional.empty();
        }
        String found = now.get() + " of " + most.get() + " MHz";
        String expected = "clocks that nothing holds back";
        if ((reasons.get() & HELD_BACK) != 0) {
            return Optional.of(CheckResult.warning(
                    name,
                    found + ", slowed down by heat or power supply",
                    expected,
                    "cool the GPU, see that its power cables are seated"));
        }
        boolean idle = (reasons.get() & IDLE) != 0;
        return Optional.of(CheckResult.ok(name, found + (idle ? ", idle" : ""), expected));
    }

    private String driverExpected() {
        return "NVIDIA driver " + config.driverVersion() + " or newer";
    }

    private String cudaExpected() {
        return "CUDA " + config.cudaVersion() + " or newer";
    }

    private String memoryExpected() {
        return "at least " + gb(config.gpuMemoryFreeGb() * Sizes.GB) + " free on a GPU";
    }
}
