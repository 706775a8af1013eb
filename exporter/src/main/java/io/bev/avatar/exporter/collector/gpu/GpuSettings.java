package io.bev.avatar.exporter.collector.gpu;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of the GPU collector.
 *
 * @param retryInterval wait before NVML is initialised again after a failure or a lost GPU
 * @param slowAge maximum age of values of the slow tier (processes, fans, links) while driver calls are fast
 * @param backoffAge maximum age of values of the slow tier while driver calls are slow or frames are late
 * @param pcieThroughput whether to read the PCIe throughput, which blocks the driver for 20 ms per direction
 * @param eventWait duration of one wait for an XID event, at most 1 s; closing takes up to this long
 * @param procPath path of procfs, for process names
 * @param dcgmHost value of the label {@code Hostname} of the {@code DCGM_FI_DEV_*} series; empty to omit these series
 * @param smiNames whether to add series with the names of nvidia_gpu_exporter, {@code nvidia_smi_*}
 */
public record GpuSettings(
        Duration retryInterval,
        Duration slowAge,
        Duration backoffAge,
        boolean pcieThroughput,
        Duration eventWait,
        Path procPath,
        Optional<String> dcgmHost,
        boolean smiNames) {

    public GpuSettings {
        if (backoffAge.compareTo(slowAge) < 0) {
            throw new IllegalArgumentException(
                    "backoffAge: found " + backoffAge + ", expected at least slowAge, " + slowAge);
        }
    }

    /** Defaults for a host that renders. */
    public static GpuSettings defaults(Path procPath) {
        return new GpuSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                false,
                Duration.ofSeconds(1),
                procPath,
                Optional.empty(),
                false);
    }

    /** A copy with PCIe throughput on or off. */
    public GpuSettings withPcieThroughput(boolean wanted) {
        return new GpuSettings(retryInterval, slowAge, backoffAge, wanted, eventWait, procPath, dcgmHost, smiNames);
    }

    /** A copy with or without additional {@code DCGM_FI_DEV_*} series. */
    public GpuSettings withDcgmHost(Optional<String> host) {
        return new GpuSettings(retryInterval, slowAge, backoffAge, pcieThroughput, eventWait, procPath, host, smiNames);
    }

    /** A copy with or without additional {@code nvidia_smi_*} series. */
    public GpuSettings withSmiNames(boolean wanted) {
        return new GpuSettings(
                retryInterval, slowAge, backoffAge, pcieThroughput, eventWait, procPath, dcgmHost, wanted);
    }
}
