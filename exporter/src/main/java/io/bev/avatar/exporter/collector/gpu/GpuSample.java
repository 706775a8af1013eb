package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.MetricSink;
import java.util.List;

/**
 * One sample read on the NVML thread and passed to the scrape.
 *
 * @param labels names and values, alternating
 */
record GpuSample(Kind kind, String name, String help, double value, List<String> labels) {

    /** Type in the exposition. */
    enum Kind {
        GAUGE,
        COUNTER,
        UNTYPED
    }

    GpuSample {
        labels = List.copyOf(labels);
    }

    void emit(MetricSink out) {
        String[] array = labels.toArray(String[]::new);
        switch (kind) {
            case GAUGE -> out.gauge(name, help, value, array);
            case COUNTER -> out.counter(name, help, value, array);
            case UNTYPED -> out.untyped(name, help, value, array);
        }
    }

    /** The value of {@code label}; empty for an absent label. */
    String label(String label) {
        for (int i = 0; i < labels.size(); i += 2) {
            if (labels.get(i).equals(label)) {
                return labels.get(i + 1);
            }
        }
        return "";
    }
}
