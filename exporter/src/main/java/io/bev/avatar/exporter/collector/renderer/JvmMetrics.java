package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.collector.MetricSink;

/** The renderer's Java machine as metrics under {@code avatar_renderer_jvm_}; one method per platform MBean. */
final class JvmMetrics {

    private static final double MILLI = 1e-3;
    private static final double NANO = 1e-9;

    private JvmMetrics() {}

    static void memory(JsonNode bean, MetricSink out) {
        area(bean, "HeapMemoryUsage", "heap", out);
        area(bean, "NonHeapMemoryUsage", "nonheap", out);
    }

    private static void area(JsonNode bean, String attribute, String area, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        // JMX gives -1 for a maximum that is not set.
        for (String field : new String[] {"used", "committed", "max"}) {
            a.field(attribute, field)
                    .ifPresent(value -> out.gauge(
                            MBeanMetrics.PREFIX + "jvm_memory_" + field + "_bytes",
                            "Memory of the renderer's JVM: " + field,
                            value,
                            "area",
                            area));
        }
    }

    static void threads(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("ThreadCount", "jvm_threads_current", "Live threads of the renderer");
        a.gauge("DaemonThreadCount", "jvm_threads_daemon", "Live daemon threads of the renderer");
        a.gauge("PeakThreadCount", "jvm_threads_peak", "Most live threads since start");
    }

    /** @param beans by object name */
    static void collectors(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            String gc = a.text("Name");
            a.counter("CollectionCount", "jvm_gc_collections_total", "Garbage collections", "gc", gc);
            a.counter("CollectionTime", "jvm_gc_seconds_total", "Time in garbage collections", MILLI, "gc", gc);
        });
    }

    /** @param beans by object name */
    static void buffers(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            a.gauge(
                    "MemoryUsed",
                    "jvm_buffer_pool_used_bytes",
                    "Memory of buffers outside the heap",
                    "pool",
                    a.text("Name"));
        });
    }

    static void runtime(JsonNode bean, MetricSink out) {
        new MBeanMetrics(bean, out).gauge("Uptime", "jvm_uptime_seconds", "Age of the renderer's process", MILLI);
    }

    static void operatingSystem(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.counter("ProcessCpuTime", "jvm_cpu_seconds_total", "CPU time of the renderer", NANO);
        a.gauge("OpenFileDescriptorCount", "jvm_open_fds", "Open file descriptors of the renderer");
        a.gauge("MaxFileDescriptorCount", "jvm_max_fds", "File descriptors that the renderer may open");
    }
}
