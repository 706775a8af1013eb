package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metric groups whose latest read failed, with the time of the first failure; retained across NVML sessions.
 *
 * <pre>
 * nvidia_gpu_reading_error_since_timestamp_seconds{uuid="GPU-...",gpu="0",reading="power",code="999",error="UNKNOWN"} 1.7672256E9
 * </pre>
 */
final class ReadingErrors {

    private static final Logger LOG = LoggerFactory.getLogger(ReadingErrors.class);

    private record Failure(NvmlResult<?> result, Instant since) {}

    private final Clock clock;
    private final Map<String, Map<String, Failure>> byUuid = new TreeMap<>();

    ReadingErrors(Clock clock) {
        this.clock = clock;
    }

    /** Records the outcome of the latest read of a group. */
    void update(String uuid, String gpu, String reading, Optional<NvmlResult<?>> error) {
        Map<String, Failure> failures = byUuid.computeIfAbsent(uuid, u -> new TreeMap<>());
        if (error.isEmpty()) {
            if (failures.remove(reading) != null) {
                LOG.info("GPU {}: {} is read again", gpu, reading);
            }
            return;
        }
        NvmlResult<?> result = error.get();
        Failure before = failures.get(reading);
        if (before == null || before.result().code() != result.code()) {
            LOG.warn(
                    "GPU {}: cannot read {}: {} returned {}",
                    gpu,
                    reading,
                    result.call(),
                    NvmlCode.describe(result.code()));
        }
        failures.put(reading, new Failure(result, before == null ? clock.instant() : before.since()));
    }

    /** Samples of the failing groups of a GPU. */
    List<GpuSample> samples(String uuid, List<String> deviceLabels) {
        List<GpuSample> samples = new ArrayList<>();
        byUuid.getOrDefault(uuid, Map.of()).forEach((reading, failure) -> {
            List<String> labels = new ArrayList<>(deviceLabels);
            int code = failure.result().code();
            labels.addAll(List.of("reading", reading, "code", String.valueOf(code), "error", NvmlCode.name(code)));
            samples.add(new GpuSample(
                    GpuSample.Kind.GAUGE,
                    "nvidia_gpu_reading_error_since_timestamp_seconds",
                    "Unix time since which the metric group cannot be read, by NVML return code; absent while it can",
                    failure.since().toEpochMilli() / 1000.0,
                    labels));
        });
        return samples;
    }

    /** The return code of a failing group of a GPU, otherwise {@link NvmlCode#SUCCESS}. */
    int code(String uuid) {
        return byUuid.getOrDefault(uuid, Map.of()).values().stream()
                .map(failure -> failure.result().code())
                .findFirst()
                .orElse(NvmlCode.SUCCESS);
    }

    /** Whether the latest read of a group failed. */
    boolean contains(String uuid, String reading) {
        return byUuid.getOrDefault(uuid, Map.of()).containsKey(reading);
    }

    /** One sentence on the failing groups of a GPU; empty when all are read. */
    Optional<String> describe(String uuid) {
        Map<Integer, List<String>> byCode = new TreeMap<>();
        Map<Integer, Instant> since = new TreeMap<>();
        byUuid.getOrDefault(uuid, Map.of()).forEach((reading, failure) -> {
            int code = failure.result().code();
            byCode.computeIfAbsent(code, c -> new ArrayList<>()).add(reading);
            since.merge(code, failure.since(), (a, b) -> a.isBefore(b) ? a : b);
        });
        return byCode.entrySet().stream()
                .map(entry -> String.join(", ", entry.getValue()) + " since " + since.get(entry.getKey()) + ": "
                        + NvmlCode.describe(entry.getKey()))
                .reduce((a, b) -> a + "; " + b)
                .map(text -> "cannot read " + text);
    }
}
