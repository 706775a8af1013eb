package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlDevice;

/** A group of metrics of a device from one or a few NVML calls; supported or unsupported as a whole. */
interface GpuMetric {

    /** Value of the label {@code reading} of {@code nvidia_gpu_reading_supported}. */
    String name();

    Tier tier();

    /** Calls NVML and records every result in {@code out}. */
    void read(NvmlApi api, NvmlDevice device, GpuMetricSink out);

    /** Body of a stateless metric group. */
    @FunctionalInterface
    interface Body {
        void read(NvmlApi api, NvmlDevice device, GpuMetricSink out);
    }

    /** A stateless metric group. */
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
