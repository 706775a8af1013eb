package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.check.cuda.CudaApi;
import io.bev.avatar.exporter.check.cuda.CudaLoader;
import io.bev.avatar.exporter.check.cuda.CudaProbeException;
import io.bev.avatar.exporter.check.cuda.KernelProbe;
import java.util.List;

/** Whether the GPU computes: CUDA makes a context, runs a kernel, and its result is right. */
public final class KernelCheck implements Check {

    private final CudaLoader loader;

    public KernelCheck(CudaLoader loader) {
        this.loader = loader;
    }

    @Override
    public String name() {
        return "gpu-kernel";
    }

    @Override
    public List<CheckResult> run() {
        String expected = "a CUDA context, a kernel launch and its right result";
        try (CudaApi api = loader.load()) {
            KernelProbe.Outcome outcome = new KernelProbe(api).run();
            return List.of(CheckResult.ok(
                    name(),
                    outcome.threads() + " threads right on " + outcome.device() + ", compute capability "
                            + outcome.computeCapability() + ", " + Sizes.gb(outcome.freeBytes()) + " free",
                    expected));
        } catch (CudaProbeException e) {
            return List.of(CheckResult.failure(
                    name(),
                    e.getMessage(),
                    expected,
                    "see that 'nvidia-smi' lists the GPU, this user may use /dev/nvidia*, nvidia-uvm is loaded and"
                            + " CUDA_VISIBLE_DEVICES names a GPU"));
        }
    }
}
