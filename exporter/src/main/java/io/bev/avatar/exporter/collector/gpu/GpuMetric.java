package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlDevice;

/** What one or a few NVML calls tell of a device; supported or not as a whole. */
interface GpuMetric {

    /** The label {@code reading} of {@code nvidia_gpu_reading_supported}. */
    String name();

    Tier tier();

    /** Calls NVML and tells {@code out} every result. */
    void read(NvmlApi api, NvmlDevice device, GpuMetricSink out);

    /** Body of a reading that keeps nothing between calls. */
    @FunctionalInterface
    interface Body {
        void read(NvmlApi api, NvmlDevice device, GpuMetricSink out);
    }

    /** A reading that keeps nothing between calls. */
    static GpuMetric of(String name, Tier tier, Body body) {
        record Stateless(String name, Tier tier, Body body) implements GpuMetric {
            @Override
            public void read(NvmlApi api, NvmlDevice device, GpuMetricSink out) {
                body.read(api, device, out);
            }
        }
        return new Stateless(name, tier, body);
    }
}
