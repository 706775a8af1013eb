package io.bev.avatar.exporter.gpucleanup;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.GpuProcess;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlLoader;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lists the processes that hold GPU memory, from NVML. */
final class GpuProcesses {

    private final NvmlLoader loader;

    GpuProcesses(NvmlLoader loader) {
        this.loader = loader;
    }

    /**
     * Bytes by PID, summed over all GPUs; -1 if the driver does not report them.
     *
     * @throws NvmlException if there is no driver or no GPU responds
     */
    Map<Long, Long> read() throws NvmlException {
        NvmlApi api = loader.load();
        try (api) {
            int code = api.init();
            if (code != NvmlCode.SUCCESS) {
                throw new NvmlException("nvmlInit_v2", code);
            }
            try {
                return read(api);
            } finally {
                api.shutdown();
            }
        }
    }

    private static Map<Long, Long> read(NvmlApi api) throws NvmlException {
        Map<Long, Long> bytes = new TreeMap<>();
        int count = api.deviceCount().orThrow();
        for (int i = 0; i < count; i++) {
            NvmlDevice device = api.device(i).orThrow();
            Map<Long, Long> here = new TreeMap<>();
            // A process with both compute and graphics contexts is in both lists with the same memory.
            addAll(api.computeProcesses(device), here);
            addAll(api.graphicsProcesses(device), here);
            here.forEach((pid, held) -> bytes.merge(pid, held, (a, b) -> a < 0 || b < 0 ? -1 : a + b));
        }
        return bytes;
    }

    private static void addAll(NvmlResult<List<GpuProcess>> processes, Map<Long, Long> bytes) throws NvmlException {
        for (GpuProcess process : processes.orThrow()) {
            bytes.merge(
                    Integer.toUnsignedLong(process.pid()), process.memoryKnown() ? process.usedBytes() : -1, Math::max);
        }
    }
}
