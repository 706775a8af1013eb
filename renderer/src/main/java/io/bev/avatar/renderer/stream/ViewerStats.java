package io.bev.avatar.renderer.stream;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What viewers experience, by transport, never by client. Thread-safe. */
public final class ViewerStats {

    /** How frames reach a viewer. */
    enum Transport {
        /** JPEG in WebSocket messages. */
        WEBSOCKET,
        /** Video in WebSocket messages. */
        VIDEO,
        MJPEG
    }

    /** Why a page connected again, as it reports. */
    enum ReconnectReason {
        /** The connection failed. */
        LOST,
        /** No data arrived for several seconds. */
        TIMEOUT,
        /** The renderer closed the connection. */
        CLOSED,
        /** The page was hidden. */
        HIDDEN,
        /** Any other value. */
        OTHER;

        static ReconnectReason of(String label) {
            for (ReconnectReason reason : values()) {
                if (reason.label().equals(label)) {
                    return reason;
                }
            }
            return OTHER;
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Distribution of durations.
     *
     * @param boundsSeconds inclusive upper bounds, ascending, [n]
     * @param counts per bucket, not cumulative, the last one above all bounds, [n + 1]
     * @param sumSeconds of all durations
     */
    public record Durations(double[] boundsSeconds, long[] counts, double sumSeconds) {}

    private static final class OfTransport {
        final DurationHistogram frameAge = new DurationHistogram();
        final DurationHistogram firstFrame = new DurationHistogram();
        final LongAdder joins = new LongAdder();
        final LongAdder stalls = new LongAdder();
    }

    private final Map<Transport, OfTransport> byTransport = new EnumMap<>(Transport.class);
    private final Map<ReconnectReason, LongAdder> reconnects = new EnumMap<>(ReconnectReason.class);

    public ViewerStats() {
        for (Transport transport : Transport.values()) {
            byTransport.put(transport, new OfTransport());
        }
        for (ReconnectReason reason : ReconnectReason.values()) {
            reconnects.put(reason, new LongAdder());
        }
    }

    void joined(Transport transport) {
        of(transport).joins.increment();
    }

    void reconnected(ReconnectReason reason) {
        LongAdder count = reconnects.get(reason);
        if (count != null) {
            count.increment();
        }
    }

    void stalled(Transport transport) {
        of(transport).stalls.increment();
    }

    void firstFrame(Transport transport, long nanos) {
        of(transport).firstFrame.record(nanos);
    }

    void frame(Transport transport, long ageNanos) {
        of(transport).frameAge.record(ageNanos);
    }

    /** Time from the rendered image to its delivery, by transport: see {@link FrameViewer#acknowledges}. */
    public Map<String, Durations> frameAge() {
        Map<String, Durations> map = new TreeMap<>();
        byTransport.forEach((transport, stats) -> map.put(label(transport), stats.frameAge.snapshot()));
        return map;
    }

    /** Time from the request of a viewer to the delivery of its first frame, by transport. */
    public Map<String, Durations> firstFrame() {
        Map<String, Durations> map = new TreeMap<>();
        byTransport.forEach((transport, stats) -> map.put(label(transport), stats.firstFrame.snapshot()));
        return map;
    }

    /** Viewers that connected since start, by transport. */
    public Map<String, Long> joins() {
        Map<String, Long> map = new TreeMap<>();
        byTransport.forEach((transport, stats) -> map.put(label(transport), stats.joins.sum()));
        return map;
    }

    /** Times that a viewer with frames in flight accepted none for a second, by transport. */
    public Map<String, Long> stalls() {
        Map<String, Long> map = new TreeMap<>();
        byTransport.forEach((transport, stats) -> map.put(label(transport), stats.stalls.sum()));
        return map;
    }

    /** Viewers that connected again, by the reason that the page reports. */
    public Map<String, Long> reconnects() {
        Map<String, Long> map = new TreeMap<>();
        reconnects.forEach((reason, count) -> map.put(reason.label(), count.sum()));
        return map;
    }

    private OfTransport of(Transport transport) {
        OfTransport stats = byTransport.get(transport);
        if (stats == null) {
            throw new IllegalStateException(transport + ": no statistics");
        }
        return stats;
    }

    private static String label(Transport transport) {
        return transport.name().toLowerCase(Locale.ROOT);
    }
}
