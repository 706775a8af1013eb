package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.collector.MetricSink;

/** Metrics of the renderer's JVM under {@code avatar_renderer_jvm_}; one method per platform MBean. */
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
        // JMX returns -1 for a maximum that is not set.
        for (String field : new String[] {"used", "committed", "max"}) {
            a.field(attribute, field)
                    .ifPresent(value -> out.gauge(
                            MBeanMetrics.PREFIX + "jvm_memory_" + field + "_bytes",
                            "Memory of the renderer's JVM: " + field + ", by area",
                            value,
                            "area",
                            area));
        }
    }

    static void threads(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("ThreadCount", "jvm_threads_current", "Live threads of the renderer");
        a.gauge("DaemonThreadCount", "jvm_threads_daemon", "Live daemon threads of the renderer");
        a.gauge("PeakThreadCount", "jvm_threads_peak", "Peak number of live threads of the renderer");
    }

    /** @param beans by object name */
    static void collectors(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            String gc = a.text("Name");
            a.counter(
                    "CollectionCount",
                    "jvm_gc_collections_total",
                    "Garbage collections of the renderer's JVM",
                    "gc",
                    gc);
            a.counter(
                    "CollectionTime",
                    "jvm_gc_seconds_total",
                    "Time spent in garbage collections of the renderer's JVM",
                    MILLI,
                    "gc",
                    gc);
        });
    }

    /** @param beans by object name */
    static void buffers(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            a.gauge(
                    "MemoryUsed",
                    "jvm_buffer_pool_used_bytes",
                    "Memory of NIO buffers outside the heap of the renderer's JVM",
                    "pool",
                    a.text("Name"));
        });
    }

    static void runtime(JsonNode bean, MetricSink out) {
        new MBeanMetrics(bean, out).gauge("Uptime", "jvm_uptime_seconds", "Uptime of the renderer's JVM", MILLI);
    }

    static void operatingSystem(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.counter("ProcessCpuTime", "jvm_cpu_seconds_total", "CPU time of the renderer, user and system", NANO);
        a.gauge("OpenFileDescriptorCount", "jvm_open_fds", "Open file descriptors of the renderer");
        a.gauge("MaxFileDescriptorCount", "jvm_max_fds", "Limit of open file descriptors of the renderer");
    }
}
