package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlDataCenter.NvLinkDirection;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.Locale;

/**
 * Data transferred by the NVLink links of a GPU: counters, and the rate between the two latest reads, which DCGM reports.
 *
 * <pre>
 * nvidia_gpu_nvlink_bytes_total{uuid="GPU-...",gpu="0",direction="transmit"} 1.024E9
 * nvidia_gpu_nvlink_bytes_per_second{uuid="GPU-...",gpu="0"} 2.048E8
 * </pre>
 */
final class NvLinkTraffic implements GpuMetric {

    private static final double KIBIBYTE = 1024;
    private static final double NANOS = 1e-9;

    private final Ticker ticker;
    private double previousBytes = -1;
    private long previousNanos;

    /** @param ticker time of the reads */
    NvLinkTraffic(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "nvlink";
    }

    @Override
    public Tier tier() {
        return Tier.SLOW;
    }

    @Override
    public void read(NvmlApi api, NvmlDevice device, GpuMetricSink out) {
        double bytes = 0;
        boolean complete = true;
        for (NvLinkDirection direction : NvLinkDirection.values()) {
            NvmlResult<Long> kibibytes = api.dataCenter().nvlinkKibibytes(device, direction);
            out.counter(
                    "nvlink_bytes_total",
                    "Data transferred by all NVLink links since the driver was loaded",
                    kibibytes,
                    KIBIBYTE,
                    "direction",
                    direction.name().toLowerCase(Locale.ROOT));
            complete &= kibibytes.value().isPresent();
            bytes += kibibytes.value().orElse(0L) * KIBIBYTE;
        }
        rate(complete ? bytes : -1, out);
    }

    /** The rate since the previous read; absent after a failed read or a reset of the counters. */
    private void rate(double bytes, GpuMetricSink out) {
        long now = ticker.nanos();
        if (previousBytes >= 0 && bytes >= previousBytes && now > previousNanos) {
            out.gauge(
                    "nvlink_bytes_per_second",
                    "Data rate of all NVLink links, both directions, between the two latest reads",
                    (bytes - previousBytes) / ((now - previousNanos) * NANOS));
        }
        previousBytes = bytes;
        previousNanos = now;
    }
}
