package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.nvml.CallObserver;
import io.bev.avatar.exporter.nvml.NvmlCode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Duration and errors of NVML calls since the start of the exporter.
 *
 * <pre>
 * avatar_exporter_nvml_call_seconds_bucket{le="1.0E-5"} 4711
 * avatar_exporter_nvml_call_duration_seconds_count{call="nvmlDeviceGetPowerUsage"} 3
 * avatar_exporter_nvml_call_errors_total{call="nvmlDeviceGetPowerUsage",code="GPU_IS_LOST"} 1
 * </pre>
 *
 * <p>The distribution is that of all calls: buckets for each call would be a third of all series. A return code for "not supported" is not counted as an error.
 */
public final class NvmlCallMetrics implements CallObserver {

    /** Bucket bounds in seconds, from a cached reply to a hanging driver. */
    private static final double[] BOUNDS = {1e-5, 1e-4, 1e-3, 5e-3, 2.5e-2, 0.1, 1};

    /** A blocking wait; its duration does not reflect the driver's speed. */
    private static final String WAIT = "nvmlEventSetWait_v2";

    private record InFlight(String call, long startNanos) {}

    private record ErrorKey(String call, String code) implements Comparable<ErrorKey> {
        @Override
        public int compareTo(ErrorKey other) {
            return (call + code).compareTo(other.call + other.code);
        }
    }

    private static final class Times {
        private long count;
        private double sum;

        private void add(double seconds) {
            count++;
            sum += seconds;
        }
    }

    private final Ticker ticker;
    private final Map<Thread, InFlight> inFlight = new ConcurrentHashMap<>();
    private final Map<String, Times> times = new TreeMap<>();
    private final long[] bucketCounts = new long[BOUNDS.length + 1];
    private double allSeconds;
    private final Map<ErrorKey, Long> errors = new TreeMap<>();

    /** @param ticker clock for the duration of a call in flight */
    public NvmlCallMetrics(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public void calling(String call) {
        inFlight.put(Thread.currentThread(), new InFlight(call, ticker.nanos()));
    }

    @Override
    public void called(String call, int code, long nanos) {
        inFlight.remove(Thread.currentThread());
        boolean wait = call.equals(WAIT);
        if (wait && code == NvmlCode.TIMEOUT) {
            return;
        }
        synchronized (this) {
            if (!wait) {
                double seconds = nanos * 1e-9;
                times.computeIfAbsent(call, c -> new Times()).add(seconds);
                bucketCounts[bucket(seconds)]++;
                allSeconds += seconds;
            }
            if (code != NvmlCode.SUCCESS && code != NvmlCode.NOT_FOUND && !NvmlCode.isUnsupported(code)) {
                errors.merge(new ErrorKey(call, NvmlCode.name(code)), 1L, Long::sum);
            }
        }
    }

    private static int bucket(double seconds) {
        int bucket = 0;
        while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    /** The call in progress on {@code thread} and its duration, such as {@code nvmlInit_v2 for 12 s}. */
    Optional<String> inFlight(Thread thread) {
        return Optional.ofNullable(inFlight.get(thread))
                .map(f -> f.call + " for " + TimeUnit.NANOSECONDS.toSeconds(ticker.nanos() - f.startNanos) + " s");
    }

    synchronized void emit(MetricSink out) {
        if (!times.isEmpty()) {
            out.histogram(
                    "avatar_exporter_nvml_call_seconds",
                    "Duration of NVML calls, all together",
                    BOUNDS,
                    bucketCounts,
                    allSeconds);
        }
        times.forEach((call, t) -> out.summary(
                "avatar_exporter_nvml_call_duration_seconds",
                "Duration of NVML calls, by call",
                Map.of(),
                t.count,
                t.sum,
                "call",
                call));
        errors.forEach((key, count) -> out.counter(
                "avatar_exporter_nvml_call_errors_total",
                "Failed NVML calls, by return code",
                count,
                "call",
                key.call,
                "code",
                key.code));
    }
}
