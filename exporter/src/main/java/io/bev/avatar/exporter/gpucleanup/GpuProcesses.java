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
     * Processes of all GPUs.
     *
     * @param bytes bytes by PID, summed over all GPUs; -1 if the driver does not report them
     * @param failed GPUs whose processes cannot be listed, such as {@code GPU 1}, and the reason
     */
    record Listing(Map<Long, Long> bytes, Map<String, String> failed) {}

    /** @throws NvmlException if there is no driver */
    Listing read() throws NvmlException {
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

    private static Listing read(NvmlApi api) throws NvmlException {
        Map<Long, Long> bytes = new TreeMap<>();
        Map<String, String> failed = new TreeMap<>();
        int count = api.deviceCount().orThrow();
        for (int i = 0; i < count; i++) {
            Map<Long, Long> here = new TreeMap<>();
            try {
                NvmlDevice device = api.device(i).orThrow();
                // A process with both compute and graphics contexts is in both lists with the same memory.
                addAll(api.computeProcesses(device), here);
                addAll(api.graphicsProcesses(device), here);
            } catch (NvmlException e) {
                failed.put("GPU " + i, String.valueOf(e.getMessage()));
            }
            here.forEach((pid, held) -> bytes.merge(pid, held, (a, b) -> a < 0 || b < 0 ? -1 : a + b));
        }
        return new Listing(bytes, failed);
    }

    private static void addAll(NvmlResult<List<GpuProcess>> processes, Map<Long, Long> bytes) throws NvmlException {
        if (NvmlCode.isUnsupported(processes.code())) {
            return;
        }
        for (GpuProcess process : processes.orThrow()) {
            bytes.merge(
                    Integer.toUnsignedLong(process.pid()), process.memoryKnown() ? process.usedBytes() : -1, Math::max);
        }
    }
}
