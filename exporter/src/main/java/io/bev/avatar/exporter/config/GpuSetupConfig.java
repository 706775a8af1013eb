package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.util.List;
import java.util.OptionalInt;

/**
 * The section {@code gpu-setup}: what root sets on the GPUs before the renderer starts.
 *
 * @param devices indexes or UUIDs as {@code nvidia-smi -L} shows them; empty for all
 * @param persistence whether the driver stays loaded while nothing uses the GPU
 * @param powerLimitWatts asked for; a GPU that allows less, or no such, gets what is nearest
 * @param memoryClockMhz to lock the memory's clock to; a GPU that lacks it gets its highest
 * @param graphicsClockMhz likewise
 * @param exclusiveProcess whether one process at a time may compute on the GPU
 */
public record GpuSetupConfig(
        List<String> devices,
        boolean persistence,
        OptionalInt powerLimitWatts,
        OptionalInt memoryClockMhz,
        OptionalInt graphicsClockMhz,
        boolean exclusiveProcess) {

    /** The section's name. */
    public static final String SECTION = "gpu-setup";

    private static final int MOST = 100_000;

    public GpuSetupConfig {
        devices = List.copyOf(devices);
    }

    /** Reads the section; problems are noted in {@code config}. */
    public static GpuSetupConfig from(Config config) {
        return new GpuSetupConfig(
                config.texts(SECTION + ".devices", List.of()),
                config.flag(SECTION + ".persistence", true),
                unlessZero(config, SECTION + ".power-limit-watts", 450),
                unlessZero(config, SECTION + ".memory-clock-mhz", 10_501),
                unlessZero(config, SECTION + ".graphics-clock-mhz", 2230),
                config.flag(SECTION + ".exclusive-process", false));
    }

    /** 0 in the file means that the setting is left alone. */
    private static OptionalInt unlessZero(Config config, String key, int fallback) {
        int value = config.integer(key, fallback, 0, MOST);
        return value == 0 ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
