package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The GPU of this machine, for tests of tag {@code gpu}; skips them if there is none. */
final class Gpu implements ExecutionCondition {

    private static final Path DIRECTORY = Path.of("target", "gpu");

    /** Under compute-sanitizer a frame takes a hundred times as long, which must not count as a hung device. */
    private static final long DEADLINE_NANOS = 600_000_000_000L;

    static CudaDevices devices() {
        return CudaDiscovery.ofMachine(System.getenv(), DIRECTORY).find();
    }

    /** @param wideFrom see {@link CudaRasterizer.Options} */
    static CudaRasterizer open(int wideFrom) {
        CudaDevice device = devices().devices().get(0);
        CudaBackend backend = new CudaBackend(
                CudaDiscovery.driver(), device, new KernelCache(DIRECTORY), 0.6, 16 << 20, Ticker.system());
        return backend.open(new CudaRasterizer.Options(backend.budgetBytes(), 16 << 20, wideFrom, DEADLINE_NANOS));
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        CudaDevices found = devices();
        return found.devices().isEmpty()
                ? ConditionEvaluationResult.disabled(
                        "no GPU: " + found.problem().orElse("none found"))
                : ConditionEvaluationResult.enabled(found.devices().get(0).name());
    }
}
