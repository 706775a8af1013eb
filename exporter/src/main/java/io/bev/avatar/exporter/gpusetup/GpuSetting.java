package io.bev.avatar.exporter.gpusetup;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerLimit;
import io.bev.avatar.exporter.nvml.NvmlControl;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/** GPU settings, in the order of application; undone in reverse order. Values are those of NVML. */
@SuppressWarnings("ImmutableEnumChecker") // the functions given to the constructor capture nothing that changes
enum GpuSetting {
    /** First, because without it the driver resets the other settings once no process uses the GPU. */
    PERSISTENCE(
            (api, device) -> integer(api.persistenceMode(device)),
            NvmlControl::setPersistenceMode,
            value -> value == 1 ? "on" : "off"),

    POWER_LIMIT(
            (api, device) -> integer(api.powerLimit(device, PowerLimit.REQUESTED)),
            NvmlControl::setPowerLimit,
            value -> Math.round(value / 1000.0) + " W"),

    MEMORY_CLOCK(NvmlControl::lockMemoryClock, NvmlControl::resetMemoryClock),

    GRAPHICS_CLOCK(NvmlControl::lockGraphicsClock, NvmlControl::resetGraphicsClock),

    COMPUTE_MODE(
            (api, device) -> integer(api.computeMode(device)), NvmlControl::setComputeMode, value -> switch (value) {
                case 0 -> "shared";
                case 1 -> "exclusive to a thread";
                case 2 -> "prohibited";
                default -> "exclusive to a process";
            });

    /** Changes a setting; returns the NVML code. */
    @FunctionalInterface
    private interface Setter {
        int set(NvmlControl control, NvmlDevice device, int value);
    }

    /** Resets a setting; returns the NVML code. */
    @FunctionalInterface
    private interface Resetter {
        int reset(NvmlControl control, NvmlDevice device);
    }

    private final BiFunction<NvmlApi, NvmlDevice, NvmlResult<Integer>> getter;
    private final Setter setter;
    private final IntFunction<String> text;
    private final boolean readable;

    GpuSetting(
            BiFunction<NvmlApi, NvmlDevice, NvmlResult<Integer>> getter,
            Setter setter,
            IntFunction<String> text,
            boolean readable) {
        this.getter = getter;
        this.setter = setter;
        this.text = text;
        this.readable = readable;
    }

    GpuSetting(BiFunction<NvmlApi, NvmlDevice, NvmlResult<Integer>> getter, Setter setter, IntFunction<String> text) {
        this(getter, setter, text, true);
    }

    /** A clock lock. NVML cannot read it; the previous value is assumed to be unlocked, the driver's default. */
    GpuSetting(Setter lock, Resetter reset) {
        this(
                (api, device) -> NvmlResult.of("", 0),
                (control, device, value) ->
                        value == 0 ? reset.reset(control, device) : lock.set(control, device, value),
                value -> value == 0 ? "not locked" : value + " MHz",
                false);
    }

    private static NvmlResult<Integer> integer(NvmlResult<Long> number) {
        return NvmlResult.integer(number, Integer.MAX_VALUE);
    }

    /** Current value. */
    NvmlResult<Integer> current(NvmlApi api, NvmlDevice device) {
        return getter.apply(api, device);
    }

    /** Sets the value; returns the NVML code. */
    int set(NvmlApi api, NvmlDevice device, int value) {
        return setter.set(api.control(), device, value);
    }

    /** Display text of {@code value}. */
    String text(int value) {
        return text.apply(value);
    }

    /** Whether {@link #current} returns the actual value. */
    boolean readable() {
        return readable;
    }

    /** Name in output and files, such as {@code power-limit}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
