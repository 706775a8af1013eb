package io.bev.avatar.exporter.check.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Creates a context on the first visible device, compiles and launches a kernel that writes {@code i * i + seed}, and
 * verifies the result. Destroying the context frees the module and the memory.
 */
public final class KernelProbe {

    private static final int BLOCKS = 8;
    private static final int THREADS = 128;
    private static final int COUNT = BLOCKS * THREADS;
    private static final int SEED = 20_011;

    /** Newest target of the PTX version in the file, in 10 x major + minor; newer devices run it as well. */
    private static final int NEWEST_TARGET = 75;

    /**
     * Result of a successful probe.
     *
     * @param device name of the device
     * @param computeCapability such as {@code 8.9}
     * @param freeBytes free memory with the context open
     * @param threads number of kernel threads with correct results
     */
    public record Outcome(String device, String computeCapability, long freeBytes, int threads) {}

    private final CudaApi api;

    public KernelProbe(CudaApi api) {
        this.api = api;
    }

    /** @throws CudaProbeException when a step fails or a result is wrong */
    public Outcome run() throws CudaProbeException {
        api.init();
        int count = api.deviceCount();
        if (count == 0) {
            throw new CudaProbeException("no CUDA device is visible");
        }
        int device = api.device(0);
        int capability = api.computeCapability(device);
        long context = api.createContext(device);
        try {
            long free = api.memory().free();
            long module = api.loadModule(ptx(Math.min(capability, NEWEST_TARGET)));
            long kernel = api.function(module, "probe");
            long memory = api.allocate(COUNT * (long) Integer.BYTES);
            api.launch(kernel, BLOCKS, THREADS, memory, SEED);
            api.synchronize();
            compare(api.read(memory, COUNT));
            return new Outcome(api.name(device), capability / 10 + "." + capability % 10, free, COUNT);
        } finally {
            api.destroyContext(context);
        }
    }

    private static void compare(int[] results) throws CudaProbeException {
        for (int i = 0; i < results.length; i++) {
            if (results[i] != i * i + SEED) {
                throw new CudaProbeException("kernel result " + i + ": found " + results[i] + ", expected "
                        + (i * i + SEED) + "; the GPU computes incorrectly");
            }
        }
    }

    private static String ptx(int target) {
        try (InputStream in = KernelProbe.class.getResourceAsStream("probe.ptx")) {
            if (in == null) {
                throw new IllegalStateException("probe.ptx is missing from the jar: rebuild it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("sm_75", "sm_" + target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
