package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.ProcessSample;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Utilization per process: the newest sample of each since the previous call, at most {@code horizon} old. */
final class ProcessUtilization implements GpuMetric {

    private static final double PERCENT = 100;

    private final ProcessLabels labels;
    private final Clock clock;
    private final Duration horizon;
    private long lastSeenMicros;

    /** @param horizon maximum age of the driver's buffered samples */
    ProcessUtilization(ProcessLabels labels, Clock clock, Duration horizon) {
        this.labels = labels;
        this.clock = clock;
        this.horizon = horizon;
    }

    @Override
    public String name() {
        return "process_utilization";
    }

    @Override
    public Tier tier() {
        return Tier.SLOW;
    }

    @Override
    public void read(NvmlApi api, NvmlDevice device, GpuMetricSink out) {
        long now = TimeUnit.MILLISECONDS.toMicros(clock.millis());
        long since = now - TimeUnit.MILLISECONDS.toMicros(horizon.toMillis());
        // A sample from the future, before the clock was set back, must not hide the next ones.
        long last = lastSeenMicros > now ? since : Math.max(lastSeenMicros, since);
        NvmlResult<List<ProcessSample>> samples = api.processUtilization(device, last);
        if (samples.code() == NvmlCode.NOT_FOUND) {
            out.nothing();
            return;
        }
        if (!out.record(samples)) {
            return;
        }
        Map<Integer, ProcessSample> newest = new TreeMap<>(Integer::compareUnsigned);
        for (ProcessSample sample : samples.get()) {
            if (sample.pid() != 0) {
                newest.merge(sample.pid(), sample, (a, b) -> a.timestampMicros() > b.timestampMicros() ? a : b);
            }
        }
        lastSeenMicros = newest.values().stream()
                .mapToLong(ProcessSample::timestampMicros)
                .max()
                .orElse(last);
        newest.values().forEach(sample -> {
            String[] process = labels.of(sample.pid());
            emit(out, process, "sm", sample.sm());
            emit(out, process, "memory", sample.memory());
            emit(out, process, "encoder", sample.encoder());
            emit(out, process, "decoder", sample.decoder());
        });
    }

    private static void emit(GpuMetricSink out, String[] process, String engine, int percent) {
        if (percent < 0) {
            return;
        }
        String[] all = Arrays.copyOf(process, process.length + 2);
        all[process.length] = "engine";
        all[process.length + 1] = engine;
        out.gauge(
                "process_utilization_ratio",
                "Share of time in which the process used the engine",
                percent / PERCENT,
                all);
    }
}
