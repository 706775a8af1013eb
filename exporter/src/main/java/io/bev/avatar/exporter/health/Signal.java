package io.bev.avatar.exporter.health;

import java.util.Locale;

/** Signals with thresholds: name in the rules file, direction and display format. */
enum Signal {
    GPU_TEMPERATURE("gpu_temperature_celsius", false, "%.0f °C", 1),
    GPU_MEMORY("gpu_memory_ratio", false, "%.1f %%", 100),
    HOST_CPU("host_cpu_ratio", false, "%.1f %%", 100),
    HOST_MEMORY("host_memory_ratio", false, "%.1f %%", 100),
    HOST_MEMORY_AVAILABLE("host_memory_available_bytes", true, "%.0f MiB", 1.0 / (1024 * 1024)),
    DISK("disk_ratio", false, "%.1f %%", 100),
    ENDPOINT_RESPONSE("endpoint_response_seconds", false, "%.3f s", 1);

    private final String key;
    private final boolean lowIsBad;
    private final String pattern;
    private final double scale;

    Signal(String key, boolean lowIsBad, String pattern, double scale) {
        this.key = key;
        this.lowIsBad = lowIsBad;
        this.pattern = pattern;
        this.scale = scale;
    }

    /** Value of the label {@code signal}. */
    String key() {
        return key;
    }

    /** Whether {@code value} violates {@code limit}; equal values do not, as in the alerts. */
    boolean beyond(double value, double limit) {
        return lowIsBad ? value < limit : value > limit;
    }

    /** Such as {@code at most 80 °C}. */
    String bound(double limit) {
        return (lowIsBad ? "at least " : "at most ") + format(limit);
    }

    /** Such as {@code 46 °C}. */
    String format(double value) {
        return String.format(Locale.ROOT, pattern, value * scale);
    }
}
