package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.OptionalDouble;

/** Temperature and memory of every GPU. */
final class GpuHealthCheck implements HealthCheck {

    static final String CHECK = "gpu";

    /** {@code NVML_ERROR_LIBRARY_NOT_FOUND}: no driver is installed. */
    private static final String NO_DRIVER = "12";

    private final boolean cpuAllowed;

    /** @param cpuAllowed whether the renderer may draw without a GPU */
    GpuHealthCheck(boolean cpuAllowed) {
        this.cpuAllowed = cpuAllowed;
    }

    @Override
    public HealthResult judge(SampleLookup readings, Thresholds limits) {
        HealthResultBuilder verdict = new HealthResultBuilder(CHECK, limits);
        boolean noDriver = readings.all("avatar_exporter_nvml_error").stream()
                .anyMatch(sample -> SampleLookup.label(sample, "code").equals(NO_DRIVER));
        String error = readings.error("gpu").orElse("");
        if (noDriver && cpuAllowed) {
            return HealthResult.skipped(CHECK, error);
        }
        if (!error.isEmpty()) {
            verdict.note("not read");
            verdict.critical(error, "a GPU that answers", "see './avatar check gpu' and the kernel log");
        }
        if (readings.value("nvidia_gpu_simulated").orElse(0) == 1) {
            verdict.note("SIMULATED");
        }
        for (Sample temperature : readings.all("nvidia_gpu_temperature_celsius")) {
            String gpu = SampleLookup.label(temperature, "gpu");
            verdict.value("temperature_celsius:" + gpu, temperature.value);
            verdict.note("GPU " + gpu + " " + Signal.GPU_TEMPERATURE.words(temperature.value));
            verdict.hold(
                    Signal.GPU_TEMPERATURE,
                    temperature.value,
                    "temperature of GPU " + gpu,
                    "see fans, dust and the room; lower renderer.target-fps or the power limit");
            memory(gpu, readings, verdict);
        }
        return verdict.result();
    }

    private static void memory(String gpu, SampleLookup readings, HealthResultBuilder verdict) {
        OptionalDouble used = readings.value("nvidia_gpu_memory_used_bytes", "gpu", gpu);
        OptionalDouble total = readings.value("nvidia_gpu_memory_total_bytes", "gpu", gpu);
        if (used.isEmpty() || total.isEmpty() || total.getAsDouble() <= 0) {
            return;
        }
        double ratio = used.getAsDouble() / total.getAsDouble();
        verdict.value("memory_ratio:" + gpu, ratio);
        verdict.note("memory " + Signal.GPU_MEMORY.words(ratio));
        verdict.hold(
                Signal.GPU_MEMORY,
                ratio,
                "memory in use of GPU " + gpu,
                "see who holds it with 'nvidia-smi'; lower gpu.memory-fraction");
    }
}
