package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One GPU in one session, with the readings of its slower tiers, which it reads again when they are too old. What it keeps
 * ends with the session.
 */
final class GpuDevice {

    /** A slow reading takes at most a thousandth of the time, as far as its greatest age allows. */
    private static final long SLOW_AGE_PER_COST = 1000;

    /** A fast reading takes at most a two-hundredth: above 5 ms it is left out of scrapes that come every second. */
    private static final long FAST_AGE_PER_COST = 200;

    /** Greatest age of what alerts wait for; a scrape of every two seconds always reads it. */
    private static final long ALARM_AGE_NANOS = 1_500_000_000L;

    /** Age to which fast readings are kept, at least, while frames are late: half of the scrapes then ask the driver nothing. */
    private static final long FAST_AGE_UNDER_PRESSURE_NANOS = 3_000_000_000L;

    private record Kept(List<GpuSample> samples, boolean supported, long atNanos, long costNanos) {}

    private final NvmlDevice handle;
    private final List<String> labels;
    private final List<GpuMetric> readings;
    private final GpuSettings settings;
    private final Ticker ticker;
    private final Map<String, Kept> kept = new HashMap<>();
    private int lostBy = NvmlCode.SUCCESS;
    private boolean pressed;

    GpuDevice(NvmlDevice handle, List<String> labels, List<GpuMetric> readings, GpuSettings settings, Ticker ticker) {
        this.handle = handle;
        this.labels = List.copyOf(labels);
        this.readings = List.copyOf(readings);
        this.settings = settings;
        this.ticker = ticker;
    }

    NvmlDevice handle() {
        return handle;
    }

    /** The code after which the device is not read in this session any more, else {@link NvmlCode#SUCCESS}. */
    int lostBy() {
        return lostBy;
    }

    /** Whether a reading is read more seldom than it would be were its calls quick. */
    boolean slowed() {
        return readings.stream().anyMatch(reading -> {
            Kept last = kept.get(reading.name());
            return last != null && costAgeNanos(reading.tier(), last.costNanos()) > slowedNanos(reading.tier());
        });
    }

    /**
     * The device's samples; none when it is lost, in this read or before.
     *
     * @param xid whether its XID events are waited for
     * @param framesLate whether to read as little as may be
     */
    List<GpuSample> read(NvmlApi api, boolean xid, boolean framesLate) {
        pressed = framesLate;
        List<GpuSample> samples = new ArrayList<>();
        List<GpuSample> support = new ArrayList<>();
        for (GpuMetric reading : readings) {
            Kept current = lostBy == NvmlCode.SUCCESS ? current(reading, api) : null;
            if (current == null) {
                return List.of();
            }
            samples.addAll(current.samples());
            support.add(support(reading.name(), current.supported()));
        }
        samples.addAll(support);
        samples.add(support("xid", xid));
        return samples;
    }

    private @Nullable Kept current(GpuMetric reading, NvmlApi api) {
        Kept old = kept.get(reading.name());
        if (old != null && !due(reading, old)) {
            return old;
        }
        GpuMetricSink readout = new GpuMetricSink(labels);
        long start = ticker.nanos();
        reading.read(api, handle, readout);
        if (readout.fatalCode() != NvmlCode.SUCCESS) {
            lostBy = readout.fatalCode();
            return null;
        }
        long end = ticker.nanos();
        Kept fresh = new Kept(readout.samples(), readout.supported(), end, end - start);
        kept.put(reading.name(), fresh);
        return fresh;
    }

    /** Whether {@code reading} is to be read again. What is not supported is asked for again as a slow reading is. */
    private boolean due(GpuMetric reading, Kept old) {
        boolean answered = !old.samples().isEmpty();
        long age = ticker.nanos() - old.atNanos();
        boolean slow = age >= slowAgeNanos(old.costNanos());
        return switch (reading.tier()) {
            case ALARM ->
                old.supported() ? age >= Math.min(ALARM_AGE_NANOS, costAgeNanos(Tier.ALARM, old.costNanos())) : slow;
            case FAST -> old.supported() ? age >= fastAgeNanos(old.costNanos()) : slow;
            case SLOW -> slow;
            case STATIC -> !answered && slow;
        };
    }

    private long fastAgeNanos(long costNanos) {
        long wanted = Math.max(costAgeNanos(Tier.FAST, costNanos), pressed ? FAST_AGE_UNDER_PRESSURE_NANOS : 0);
        return Math.min(settings.slowAge().toNanos(), wanted);
    }

    private long slowAgeNanos(long costNanos) {
        long slowest = settings.slowestAge().toNanos();
        long wanted = pressed ? slowest : costAgeNanos(Tier.SLOW, costNanos);
        return Math.min(slowest, Math.max(settings.slowAge().toNanos(), wanted));
    }

    private static long costAgeNanos(Tier tier, long costNanos) {
        return switch (tier) {
            case ALARM, FAST -> costNanos * FAST_AGE_PER_COST;
            case SLOW -> costNanos * SLOW_AGE_PER_COST;
            case STATIC -> 0;
        };
    }

    /** From which age on a reading counts as slowed. */
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
                "1 when device and driver offer the reading, else its series are absent",
                supported ? 1 : 0,
                all);
    }
}
