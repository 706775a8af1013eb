package io.bev.avatar.exporter.collector.gpu;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How GPUs are read.
 *
 * @param retryInterval how long to leave NVML alone after its session could not begin, or lost a GPU
 * @param slowAge greatest age of a reading of the slow tier (processes, fans, links) while its calls are quick
 * @param slowestAge greatest age of a slow reading when the driver answers slowly
 * @param pcieThroughput whether to read the PCIe throughput, which blocks the driver for 20 ms per direction
 * @param eventWait how long one wait for an XID event lasts, at most 1 s; closing takes as long
 * @param procPath where the kernel's process tree is, to name processes
 * @param dcgmHost value of the label Hostname of the {@code DCGM_FI_DEV_*} series; empty for none of these series
 */
public record GpuSettings(
        Duration retryInterval,
        Duration slowAge,
        Duration slowestAge,
        boolean pcieThroughput,
        Duration eventWait,
        Path procPath,
        Optional<String> dcgmHost) {

    public GpuSettings {
        if (slowestAge.compareTo(slowAge) < 0) {
            throw new IllegalArgumentException(
                    "slowestAge: found " + slowestAge + ", expected at least slowAge, " + slowAge);
        }
    }

    /** What suits a machine that renders. */
    public static GpuSettings defaults(Path procPath) {
        return new GpuSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                false,
                Duration.ofSeconds(1),
                procPath,
                Optional.empty());
    }

    /** The same with PCIe throughput read or not. */
    public GpuSettings withPcieThroughput(boolean wanted) {
        return new GpuSettings(retryInterval, slowAge, slowestAge, wanted, eventWait, procPath, dcgmHost);
    }

    /** The same with {@code DCGM_FI_DEV_*} series beside the others, or without. */
    public GpuSettings withDcgmHost(Optional<String> host) {
        return new GpuSettings(retryInterval, slowAge, slowestAge, pcieThroughput, eventWait, procPath, host);
    }
}
