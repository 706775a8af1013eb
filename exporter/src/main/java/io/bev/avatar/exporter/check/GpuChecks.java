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
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Checks the NVIDIA driver, CUDA version, free GPU memory and GPU performance settings through NVML. */
public final class GpuChecks implements Check {

    private static final String DRIVER = "gpu-driver";
    private static final String CUDA = "gpu-cuda";
    private static final String MEMORY = "gpu-memory";
    private static final String REMEDY_SET_UP = "start bev-avatar-gpu.service, which applies the setting as root";

    /** {@code nvmlClocksEventReasonGpuIdle}: clocks are low because the GPU is idle. */
    private static final long IDLE = 0x1;

    /**
     * Throttle reasons: hardware slowdown, software and hardware thermal slowdown, power brake. A software power cap is
     * normal.
     */
    private static final long THROTTLED = 0x8 | 0x20 | 0x40 | 0x80;

    private final CheckConfig config;
    private final OptionalInt powerLimitWatts;
    private final NvmlLoader loader;
    private final boolean optional;

    /** Codes of a machine that has no GPU, or no driver for it, rather than one that fails. */
    private static final Set<Integer> ABSENT =
            Set.of(NvmlCode.LIBRARY_NOT_FOUND, NvmlCode.DRIVER_NOT_LOADED, NvmlCode.GPU_NOT_FOUND);

    /**
     * @param powerLimitWatts configured power limit, capped at the maximum of the GPU
     * @param optional whether the avatar renders without a GPU, so that its absence is no failure
     * @param loader loads NVML, which is unloaded afterwards
     */
    public GpuChecks(CheckConfig config, OptionalInt powerLimitWatts, boolean optional, NvmlLoader loader) {
        this.optional = optional;
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
                    return inspect(api);
                } finally {
                    api.shutdown();
                }
            } finally {
                api.close();
            }
        } catch (NvmlException e) {
            return driverUnavailable(e);
        }
    }

    private List<CheckResult> driverUnavailable(NvmlException failure) {
        String remedy = NvmlCode.remedy(failure.code())
                .orElseGet(() -> "install the NVIDIA driver " + config.driverVersion() + " or newer; 'nvidia-smi'"
                        + " must list a GPU");
        String unknown = "unknown without a working driver";
        String fixDriver = "fix " + DRIVER + " first";
        if (optional && ABSENT.contains(failure.code())) {
            return List.of(
                    CheckResult.skipped(DRIVER, "not here (the CPU renders): " + failure.problem(), driverExpected()));
        }
        return List.of(
                CheckResult.failure(DRIVER, failure.problem(), driverExpected(), remedy),
                CheckResult.failure(CUDA, unknown, cudaExpected(), fixDriver),
                CheckResult.failure(MEMORY, unknown, memoryExpected(), fixDriver));
    }

    private List<CheckResult> inspect(NvmlApi api) throws NvmlException {
        List<CheckResult> results = new ArrayList<>();
        String driver = api.driverVersion().orThrow();
        String update = "update the NVIDIA driver and reboot";
        results.add(CheckResult.of(
                Versions.atLeast(driver, config.driverVersion()), DRIVER, driver, driverExpected(), update));
        int cuda = api.cudaDriverVersion().orThrow();
        String cudaVersion = cuda / 1000 + "." + cuda % 1000 / 10;
        results.add(CheckResult.of(
                Versions.atLeast(cudaVersion, config.cudaVersion()), CUDA, cudaVersion, cudaExpected(), update));
        int count = api.deviceCount().orThrow();
        results.add(memory(api, count));
        for (int i = 0; i < count; i++) {
            NvmlResult<NvmlDevice> device = api.device(i);
            if (device.value().isPresent()) {
                performance(api, i, device.get(), results);
            } else {
                results.add(failing("gpu-" + i, device, "a GPU that responds"));
            }
        }
        return results;
    }

    /** One GPU with enough memory is sufficient; it is selected with CUDA_VISIBLE_DEVICES. */
    private CheckResult memory(NvmlApi api, int count) {
        double max = -1;
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            NvmlResult<NvmlDevice> device = api.device(i);
            NvmlResult<DeviceMemory> memory = device.value().isPresent()
                    ? api.memory(device.get())
                    : NvmlResult.failed(device.call(), device.code());
            NvmlResult<Long> free = memory.number(DeviceMemory::free);
            if (free.value().isEmpty()) {
                found.add("GPU " + i + ": " + NvmlCode.describe(free.code()));
                continue;
            }
            max = Math.max(max, free.get());
            found.add(gb(free.get()) + " of " + gb(memory.get().total()) + " on GPU " + i + ", "
                    + api.name(device.get()).value().orElse("unnamed"));
        }
        return CheckResult.of(
                max >= config.gpuMemoryFreeGb() * Sizes.GB,
                MEMORY,
                found.isEmpty() ? "no GPU" : String.join("; ", found),
                memoryExpected(),
                "stop other processes on the GPU (listed by 'nvidia-smi'), or lower exporter.check.gpu-memory-free-gb");
    }

    private void performance(NvmlApi api, int index, NvmlDevice device, List<CheckResult> results) {
        String suffix = "-" + index;
        persistence(api.persistenceMode(device), "gpu-persistence" + suffix).ifPresent(results::add);
        powerLimit(api, device, "gpu-power-limit" + suffix).ifPresent(results::add);
        clocks(api, device, "gpu-clocks" + suffix).ifPresent(results::add);
    }

    private static Optional<CheckResult> persistence(NvmlResult<Long> mode, String name) {
        if (mode.value().isEmpty()) {
            return unlessUnsupported(name, mode, "on");
        }
        return Optional.of(
                mode.get() == 1
                        ? CheckResult.ok(name, "on", "on")
                        : CheckResult.warning(name, "off", "on", REMEDY_SET_UP));
    }

    private Optional<CheckResult> powerLimit(NvmlApi api, NvmlDevice device, String name) {
        if (powerLimitWatts.isEmpty()) {
            return Optional.empty();
        }
        String configured = "at least " + powerLimitWatts.getAsInt() + " W, or the maximum of the GPU";
        NvmlResult<Long> limit = api.powerLimit(device, PowerLimit.ENFORCED);
        NvmlResult<Long> max = api.powerRange(device).number(NvmlApi.PowerRange::max);
        for (NvmlResult<Long> reading : List.of(limit, max)) {
            if (reading.value().isEmpty()) {
                return unlessUnsupported(name, reading, configured);
            }
        }
        double wanted = Math.min(powerLimitWatts.getAsInt(), max.get() / 1000.0);
        double watts = limit.get() / 1000.0;
        String found = Math.round(watts) + " W";
        String expected = "at least " + Math.round(wanted) + " W";
        return Optional.of(
                watts + 0.5 >= wanted
                        ? CheckResult.ok(name, found, expected)
                        : CheckResult.warning(name, found, expected, REMEDY_SET_UP));
    }

    private static Optional<CheckResult> clocks(NvmlApi api, NvmlDevice device, String name) {
        NvmlResult<Long> now = api.clock(device, NvmlApi.Clock.GRAPHICS);
        NvmlResult<Long> max = api.maxClock(device, NvmlApi.Clock.GRAPHICS);
        NvmlResult<Long> reasons = api.clocksEventReasons(device);
        String expected = "clocks not throttled";
        for (NvmlResult<Long> reading : List.of(now, max, reasons)) {
            if (reading.value().isEmpty()) {
                return unlessUnsupported(name, reading, expected);
            }
        }
        String found = now.get() + " of " + max.get() + " MHz";
        if ((reasons.get() & THROTTLED) != 0) {
            return Optional.of(CheckResult.warning(
                    name,
                    found + ", throttled by temperature or power supply",
                    expected,
                    "improve cooling and check the power cables of the GPU"));
        }
        boolean idle = (reasons.get() & IDLE) != 0;
        return Optional.of(CheckResult.ok(name, found + (idle ? ", idle" : ""), expected));
    }

    /** A warning for a reading that fails; empty for one that the GPU does not support. */
    private static Optional<CheckResult> unlessUnsupported(String name, NvmlResult<?> reading, String expected) {
        return NvmlCode.isUnsupported(reading.code())
                ? Optional.empty()
                : Optional.of(failing(name, reading, expected));
    }

    private static CheckResult failing(String name, NvmlResult<?> reading, String expected) {
        return CheckResult.warning(
                name,
                reading.call() + " returned " + NvmlCode.problem(reading.code()),
                expected,
                NvmlCode.remedy(reading.code()).orElse("see 'nvidia-smi -q'"));
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
