package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One GPU in one session, with the readings of its slower tiers, which it reads again when they are too old. What it keeps
 * ends with the session.
 */
final class GpuDevice {

    /** A slow reading takes at most this share of the time, as far as its greatest age allows. */
    private static final long COST_DIVISOR = 1000;

    private record Kept(List<GpuSample> samples, boolean supported, long atNanos, long costNanos) {}

    private final NvmlDevice handle;
    private final List<String> labels;
    private final List<Reading> readings;
    private final GpuSettings settings;
    private final Ticker ticker;
    private final Map<String, Kept> kept = new HashMap<>();
    private int lostBy = NvmlCode.SUCCESS;

    GpuDevice(NvmlDevice handle, List<String> labels, List<Reading> readings, GpuSettings settings, Ticker ticker) {
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

    /** The device's samples; none when it is lost, in this read or before. */
    List<GpuSample> read(NvmlApi api, boolean xid) {
        List<GpuSample> samples = new ArrayList<>();
        List<GpuSample> support = new ArrayList<>();
        for (Reading reading : readings) {
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

    private @Nullable Kept current(Reading reading, NvmlApi api) {
        Kept old = kept.get(reading.name());
        if (old != null && !due(reading, old)) {
            return old;
        }
        Readout readout = new Readout(labels);
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
    private boolean due(Reading reading, Kept old) {
        boolean answered = !old.samples().isEmpty();
        boolean slow = ticker.nanos() - old.atNanos() >= slowAgeNanos(old.costNanos());
        return switch (reading.tier()) {
            case FAST -> old.supported() || slow;
            case SLOW -> slow;
            case STATIC -> !answered && slow;
        };
    }

    private long slowAgeNanos(long costNanos) {
        long wanted = costNanos * COST_DIVISOR;
        return Math.min(
                settings.slowestAge().toNanos(), Math.max(settings.slowAge().toNanos(), wanted));
    }

    private GpuSample support(String reading, boolean supported) {
        List<String> all = new ArrayList<>(labels);
        all.addAll(List.of("reading", reading));
        return new GpuSample(
                false,
                "nvidia_gpu_reading_supported",
                "1 when device and driver offer the reading, else its series are absent",
                supported ? 1 : 0,
                all);
    }
}
