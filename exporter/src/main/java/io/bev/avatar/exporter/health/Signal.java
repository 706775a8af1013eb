package io.bev.avatar.exporter.health;

import java.util.Locale;

/** What has a threshold: its name there, which side of it is bad, and how a person reads a value. */
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

    /** The label {@code signal}. */
    String key() {
        return key;
    }

    /** Whether {@code value} lies on the bad side of {@code limit}; on it is well, as for the alerts. */
    boolean beyond(double value, double limit) {
        return lowIsBad ? value < limit : value > limit;
    }

    /** Such as {@code at most 80 °C}. */
    String bound(double limit) {
        return (lowIsBad ? "at least " : "at most ") + words(limit);
    }

    /** Such as {@code 46 °C}. */
    String words(double value) {
        return String.format(Locale.ROOT, pattern, value * scale);
    }
}
