package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One GPU in one session. Caches the samples of each metric group and reads them again when they are too old. The cache
 * ends with the session.
 */
final class GpuDevice {

    /** Ratio of age to call time for the slow tier: calls take at most 0.1 % of the time, within the maximum age. */
    private static final long SLOW_AGE_PER_COST = 1000;

    /**
     * Ratio of age to call time for the fast tier (0.5 %): a group that takes over 5 ms is skipped in scrapes every
     * second.
     */
    private static final long FAST_AGE_PER_COST = 200;

    /** Maximum age of values that alerts depend on; a scrape every 2 s always reads them. */
    private static final long ALARM_AGE_NANOS = 1_500_000_000L;

    /** Minimum age for the fast tier while frames are late: half of the scrapes then make no driver call. */
    private static final long FAST_AGE_LATE_FRAMES_NANOS = 3_000_000_000L;

    private record Cached(
            List<GpuSample> samples,
            Optional<Boolean> supported,
            boolean succeeded,
            Optional<NvmlResult<?>> error,
            long atNanos,
            long costNanos) {

        /** Whether no call returned a value, and one failed. */
        private boolean failed() {
            return !succeeded && error.isPresent();
        }

        private boolean unsupported() {
            return error.isEmpty() && !supported.orElse(true);
        }
    }

    private final NvmlDevice handle;
    private final XidWatcher.Labels device;
    private final List<String> labels;
    private final List<GpuMetric> readings;
    private final GpuSettings settings;
    private final Ticker ticker;
    private final Map<String, Cached> cache = new HashMap<>();
    private final ReadingErrors errors;
    private boolean lost;
    private int failedCode = NvmlCode.SUCCESS;
    private boolean lateFrames;

    GpuDevice(
            NvmlDevice handle,
            XidWatcher.Labels device,
            List<GpuMetric> readings,
            GpuSettings settings,
            ReadingErrors errors,
            Ticker ticker) {
        this.handle = handle;
        this.device = device;
        this.labels = List.of("uuid", device.uuid(), "gpu", device.gpu());
        this.errors = errors;
        this.readings = List.copyOf(readings);
        this.settings = settings;
        this.ticker = ticker;
    }

    NvmlDevice handle() {
        return handle;
    }

    String uuid() {
        return device.uuid();
    }

    /** The code for which the device as a whole could not be read, otherwise {@link NvmlCode#SUCCESS}. */
    int failedCode() {
        return failedCode;
    }

    /** One sentence on the metric groups that cannot be read; empty when all are read. */
    Optional<String> problem() {
        return errors.describe(device.uuid()).map(problem -> "GPU " + device.gpu() + ": " + problem);
    }

    /** The code of a metric group that cannot be read, otherwise {@link NvmlCode#SUCCESS}. */
    int readingCode() {
        return errors.code(device.uuid());
    }

    /** Whether the latest read of a metric group failed. */
    boolean fails(String reading) {
        return errors.contains(device.uuid(), reading);
    }

    /** Whether a metric group is read less often because its calls are slow. */
    boolean slowed() {
        return readings.stream().anyMatch(reading -> {
            Cached last = cache.get(reading.name());
            return last != null && costAgeNanos(reading.tier(), last.costNanos()) > slowedNanos(reading.tier());
        });
    }

    /**
     * The samples of the device; empty when it is lost, in this read or before, or when all groups that alerts depend on
     * fail: what is cached of the other groups would hide that.
     *
     * @param xid whether its XID events are watched
     * @param framesLate whether to reduce reads to the minimum
     */
    List<GpuSample> read(NvmlApi api, NvmlResult<?> xid, boolean framesLate) {
        lateFrames = framesLate;
        Map<GpuMetric, Cached> read = new LinkedHashMap<>();
        for (GpuMetric reading : readings) {
            Cached current = lost ? null : current(reading, api);
            if (current == null) {
                return List.of();
            }
            read.put(reading, current);
        }
        failedCode = failure(read);
        if (failedCode != NvmlCode.SUCCESS) {
            return List.of();
        }
        List<GpuSample> samples = new ArrayList<>();
        List<GpuSample> support = new ArrayList<>();
        read.forEach((reading, current) -> {
            samples.addAll(current.samples());
            current.supported().ifPresent(supported -> support.add(support(reading.name(), supported)));
            errors.update(device.uuid(), device.gpu(), reading.name(), current.error());
        });
        samples.addAll(support);
        samples.addAll(xid(xid));
        samples.addAll(errors.samples(device.uuid(), labels));
        return samples;
    }

    /** The code of the first group that alerts depend on, if all of these fail that are not unsupported. */
    private static int failure(Map<GpuMetric, Cached> read) {
        List<Cached> alarms = read.entrySet().stream()
                .filter(entry -> entry.getKey().tier() == Tier.ALARM)
                .map(Map.Entry::getValue)
                .filter(current -> !current.unsupported())
                .toList();
        return !alarms.isEmpty() && alarms.stream().allMatch(Cached::failed)
                ? alarms.get(0).error().orElseThrow().code()
                : NvmlCode.SUCCESS;
    }

    private List<GpuSample> xid(NvmlResult<?> status) {
        boolean answered = status.code() == NvmlCode.SUCCESS || NvmlCode.isUnsupported(status.code());
        errors.update(device.uuid(), device.gpu(), "xid", answered ? Optional.empty() : Optional.of(status));
        return answered ? List.of(support("xid", status.code() == NvmlCode.SUCCESS)) : List.of();
    }

    private @Nullable Cached current(GpuMetric reading, NvmlApi api) {
        Cached old = cache.get(reading.name());
        if (old != null && !due(reading, old)) {
            return old;
        }
        GpuMetricSink readout = new GpuMetricSink(labels);
        long start = ticker.nanos();
        reading.read(api, handle, readout);
        if (readout.fatalCode() != NvmlCode.SUCCESS) {
            lost = true;
            failedCode = readout.fatalCode();
            return null;
        }
        long end = ticker.nanos();
        Optional<Boolean> supported = readout.supported().or(() -> old == null ? Optional.empty() : old.supported());
        Cached fresh = new Cached(readout.samples(), supported, readout.succeeded(), readout.error(), end, end - start);
        cache.put(reading.name(), fresh);
        return fresh;
    }

    /** Whether {@code reading} is due. Unsupported groups are retried at the rate of the slow tier. */
    private boolean due(GpuMetric reading, Cached old) {
        boolean answered = !old.samples().isEmpty();
        long age = ticker.nanos() - old.atNanos();
        boolean slow = age >= slowAgeNanos(old.costNanos());
        return switch (reading.tier()) {
            case ALARM ->
                !old.unsupported() ? age >= Math.min(ALARM_AGE_NANOS, costAgeNanos(Tier.ALARM, old.costNanos())) : slow;
            case FAST -> !old.unsupported() ? age >= fastAgeNanos(old.costNanos()) : slow;
            case SLOW -> slow;
            case STATIC -> (!answered || old.error().isPresent()) && slow;
        };
    }

    private long fastAgeNanos(long costNanos) {
        long wanted = Math.max(costAgeNanos(Tier.FAST, costNanos), lateFrames ? FAST_AGE_LATE_FRAMES_NANOS : 0);
        return Math.min(settings.slowAge().toNanos(), wanted);
    }

    private long slowAgeNanos(long costNanos) {
        long longest = settings.backoffAge().toNanos();
        long wanted = lateFrames ? longest : costAgeNanos(Tier.SLOW, costNanos);
        return Math.min(longest, Math.max(settings.slowAge().toNanos(), wanted));
    }

    private static long costAgeNanos(Tier tier, long costNanos) {
        return switch (tier) {
            case ALARM, FAST -> costNanos * FAST_AGE_PER_COST;
            case SLOW -> costNanos * SLOW_AGE_PER_COST;
            case STATIC -> 0;
        };
    }

    /** Age from which a metric group counts as slowed. */
    private long slowedNanos(Tier tier) {
        return tier == Tier.FAST || tier == Tier.ALARM
                ? TimeUnit.SECONDS.toNanos(1)
                : settings.slowAge().toNanos();
    }

    private GpuSample support(String reading, boolean supported) {
        List<String> all = new ArrayList<>(labels);
        all.addAll(List.of("reading", reading));
        return new GpuSample(
                GpuSample.Kind.GAUGE,
                "nvidia_gpu_reading_supported",
                "1 if device and driver support the metric group; otherwise its series are absent",
                supported ? 1 : 0,
                all);
    }
}
