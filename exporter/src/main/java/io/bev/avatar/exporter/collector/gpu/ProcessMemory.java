package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.GpuProcess;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * GPU memory per process. A process with compute and graphics contexts is in both of NVML's lists with the same memory
 * and is exposed as one series.
 */
final class ProcessMemory implements GpuMetric {

    /** Name of the metric group. */
    static final String NAME = "process_memory";

    private final ProcessLabels labels;

    private record Entry(String type, GpuProcess process) {
        Entry and(Entry other) {
            GpuProcess known = process.memoryKnown() ? process : other.process;
            return new Entry(type.equals(other.type) ? type : "C+G", known);
        }
    }

    ProcessMemory(ProcessLabels labels) {
        this.labels = labels;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Tier tier() {
        return Tier.SLOW;
    }

    @Override
    public void read(NvmlApi api, NvmlDevice device, GpuMetricSink out) {
        Map<Integer, Entry> byPid = new TreeMap<>(Integer::compareUnsigned);
        addProcesses(byPid, "C", api.computeProcesses(device), out);
        addProcesses(byPid, "G", api.graphicsProcesses(device), out);
        byPid.forEach((pid, entry) -> {
            if (entry.process.memoryKnown()) {
                out.gauge(
                        "process_memory_bytes",
                        "GPU memory of a process, by type: compute (C), graphics (G) or both (C+G)",
                        entry.process.usedBytes(),
                        labels.of(pid, "type", entry.type));
            }
        });
    }

    private static void addProcesses(
            Map<Integer, Entry> byPid, String type, NvmlResult<List<GpuProcess>> processes, GpuMetricSink out) {
        if (out.record(processes)) {
            processes.get().forEach(p -> byPid.merge(p.pid(), new Entry(type, p), Entry::and));
        }
    }
}
