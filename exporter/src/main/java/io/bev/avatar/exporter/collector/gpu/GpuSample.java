package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.MetricSink;
import java.util.List;

/**
 * One sample as read on the NVML thread, to be handed to the scrape.
 *
 * @param labels names and values, alternating
 */
record GpuSample(boolean counter, String name, String help, double value, List<String> labels) {

    GpuSample {
        labels = List.copyOf(labels);
    }

    void emit(MetricSink out) {
        String[] array = labels.toArray(String[]::new);
        if (counter) {
            out.counter(name, help, value, array);
        } else {
            out.gauge(name, help, value, array);
        }
    }
}
