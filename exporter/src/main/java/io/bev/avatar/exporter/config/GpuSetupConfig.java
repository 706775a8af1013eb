package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.util.List;
import java.util.OptionalInt;

/**
 * Section {@code gpu-setup}: GPU settings applied as root before the renderer starts.
 *
 * @param devices indexes or UUIDs as shown by {@code nvidia-smi -L}; empty for all
 * @param persistence whether the driver stays loaded while no process uses the GPU
 * @param powerLimitWatts power limit, clamped to the range of the GPU
 * @param memoryClockMhz memory clock to lock; the nearest that the GPU supports
 * @param graphicsClockMhz graphics clock to lock; the nearest that the GPU supports
 * @param exclusiveProcess whether only one process at a time may use the GPU for compute
 */
public record GpuSetupConfig(
        List<String> devices,
        boolean persistence,
        OptionalInt powerLimitWatts,
        OptionalInt memoryClockMhz,
        OptionalInt graphicsClockMhz,
        boolean exclusiveProcess) {

    /** Name of the section. */
    public static final String SECTION = "gpu-setup";

    private static final int MAX_VALUE = 100_000;

    public GpuSetupConfig {
        devices = List.copyOf(devices);
    }

    /** Reads the section; problems are recorded in {@code config}. */
    public static GpuSetupConfig from(Config config) {
        return new GpuSetupConfig(
                config.texts(SECTION + ".devices", List.of()),
                config.flag(SECTION + ".persistence", true),
                positive(config, SECTION + ".power-limit-watts", 450),
                positive(config, SECTION + ".memory-clock-mhz", 10_501),
                positive(config, SECTION + ".graphics-clock-mhz", 2230),
                config.flag(SECTION + ".exclusive-process", false));
    }

    /** Empty for 0, which means that the setting is not changed. */
    private static OptionalInt positive(Config config, String key, int fallback) {
        int value = config.integer(key, fallback, 0, MAX_VALUE);
        return value == 0 ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
