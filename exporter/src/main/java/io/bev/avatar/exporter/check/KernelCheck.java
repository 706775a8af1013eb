package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.check.cuda.CudaApi;
import io.bev.avatar.exporter.check.cuda.CudaLoader;
import io.bev.avatar.exporter.check.cuda.CudaProbeException;
import io.bev.avatar.exporter.check.cuda.KernelProbe;
import java.util.List;

/** Checks that CUDA works: creates a context, runs a kernel and verifies its result. */
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
        String expected = "a CUDA context, a kernel launch and a correct result";
        try (CudaApi api = loader.load()) {
            KernelProbe.Outcome outcome = new KernelProbe(api).run();
            return List.of(CheckResult.ok(
                    name(),
                    outcome.threads() + " threads correct on " + outcome.device() + ", compute capability "
                            + outcome.computeCapability() + ", " + Sizes.gb(outcome.freeBytes()) + " free",
                    expected));
        } catch (CudaProbeException e) {
            return List.of(CheckResult.failure(
                    name(),
                    e.getMessage(),
                    expected,
                    "check that 'nvidia-smi' lists the GPU, this user has access to /dev/nvidia*, nvidia-uvm is"
                            + " loaded and CUDA_VISIBLE_DEVICES selects a GPU"));
        }
    }
}
