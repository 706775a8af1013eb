package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.collector.CollectorError;
import io.bev.avatar.exporter.collector.Sample;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.Optional;
import java.util.OptionalDouble;

/** Checks temperature and memory of every GPU. */
final class GpuHealthCheck implements HealthCheck {

    static final String CHECK = "gpu";

    /** {@code NVML_ERROR_LIBRARY_NOT_FOUND}: no driver is installed. */
    static final String NO_DRIVER = "12";

    private final boolean cpuAllowed;

    /** @param cpuAllowed whether the renderer may render without a GPU */
    GpuHealthCheck(boolean cpuAllowed) {
        this.cpuAllowed = cpuAllowed;
    }

    @Override
    public HealthResult check(SampleLookup samples, Thresholds thresholds) {
        HealthResultBuilder result = new HealthResultBuilder(CHECK, thresholds);
        boolean noDriver = samples.all("avatar_exporter_nvml_error").stream()
                .anyMatch(sample -> sample.label("code").equals(NO_DRIVER));
        Optional<CollectorError> error = samples.error("gpu");
        if (noDriver && cpuAllowed) {
            return HealthResult.skipped(
                    CHECK, error.map(CollectorError::problem).orElse(""));
        }
        error.ifPresent(failure -> {
            result.addSummary("unreadable");
            result.critical(failure.text(), "a responding GPU", "see './avatar check gpu' and the kernel log");
        });
        if (samples.value("nvidia_gpu_simulated").orElse(0) == 1) {
            result.addSummary("SIMULATED");
        }
        for (Sample temperature : samples.all("nvidia_gpu_temperature_celsius")) {
            String gpu = temperature.label("gpu");
            result.value("temperature_celsius:" + gpu, temperature.value());
            result.addSummary("GPU " + gpu + " " + Signal.GPU_TEMPERATURE.format(temperature.value()));
            result.checkThreshold(
                    Signal.GPU_TEMPERATURE,
                    temperature.value(),
                    "temperature of GPU " + gpu,
                    "check fans, dust and room temperature; lower renderer.target-fps or the power limit");
            memory(gpu, samples, result);
        }
        return result.build();
    }

    private static void memory(String gpu, SampleLookup samples, HealthResultBuilder result) {
        OptionalDouble used = samples.value("nvidia_gpu_memory_used_bytes", "gpu", gpu);
        OptionalDouble total = samples.value("nvidia_gpu_memory_total_bytes", "gpu", gpu);
        if (used.isEmpty() || total.isEmpty() || total.getAsDouble() <= 0) {
            return;
        }
        double ratio = used.getAsDouble() / total.getAsDouble();
        result.value("memory_ratio:" + gpu, ratio);
        result.addSummary("memory " + Signal.GPU_MEMORY.format(ratio));
        result.checkThreshold(
                Signal.GPU_MEMORY,
                ratio,
                "memory in use of GPU " + gpu,
                "list the processes using it with 'nvidia-smi'; lower gpu.memory-fraction");
    }
}
