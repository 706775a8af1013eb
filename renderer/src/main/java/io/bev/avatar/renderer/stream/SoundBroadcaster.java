package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.stream.WebSocketViewer.Topic;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends each packet of sound to the WebSocket viewers that play it, and captions to all. The reports of viewers are
 * what their pages measure; a page can report anything, so they count within limits only.
 */
final class SoundBroadcaster implements SoundOutput {

    private static final long REPORT_AGE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_OFFSET_MICROS = 10_000_000;
    private static final int MAX_UNDERRUNS = 1000;

    /** The last report of a viewer. */
    private record Report(int offsetMicros, long nanos) {}

    private final Ticker ticker;
    private final Map<WebSocketViewer, Optional<Report>> viewers = new ConcurrentHashMap<>();
    private final LongAdder sent = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder underruns = new LongAdder();
    /** The last caption; viewers learn from the first, an empty one, that the avatar can speak. */
    private volatile byte[] caption = message(JsonNodeFactory.instance
            .objectNode()
            .put("id", 0)
            .put("phase", "silent")
            .put("text", ""));

    SoundBroadcaster(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Adds a viewer until its connection closes, and shows it the current caption. */
    void join(WebSocketViewer viewer) {
        viewers.put(viewer, Optional.empty());
        viewer.onClose(() -> viewers.remove(viewer));
        viewer.reportTo(this);
        viewer.sendText(Topic.SPEECH, caption);
    }

    @Override
    public void send(byte[] packet) {
        viewers.keySet().forEach(viewer -> viewer.sendSound(packet));
    }

    @Override
    public void caption(ObjectNode speech) {
        byte[] json = message(speech);
        caption = json;
        viewers.keySet().forEach(viewer -> viewer.sendText(Topic.SPEECH, json));
    }

    private static byte[] message(ObjectNode speech) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("type", "speech");
        message.set("speech", speech);
        return Reply.bytes(message);
    }

    void countSent() {
        sent.increment();
    }

    void countDropped() {
        dropped.increment();
    }

    /**
     * @param offsetMicros how much later the viewer plays the sound than it shows the image
     * @param gaps in the sound since its last report
     */
    void report(WebSocketViewer viewer, int offsetMicros, int gaps) {
        int offset = Math.max(-MAX_OFFSET_MICROS, Math.min(MAX_OFFSET_MICROS, offsetMicros));
        viewers.computeIfPresent(viewer, (v, before) -> Optional.of(new Report(offset, ticker.nanos())));
        underruns.add(Math.max(0, Math.min(MAX_UNDERRUNS, gaps)));
    }

    @Override
    public Statistics statistics() {
        long now = ticker.nanos();
        OptionalDouble offset = viewers.values().stream()
                .flatMap(Optional::stream)
                .filter(report -> now - report.nanos() <= REPORT_AGE_NANOS)
                .mapToDouble(report -> Math.abs(report.offsetMicros()) / 1e6)
                .max();
        return new Statistics(sent.sum(), dropped.sum(), offset, underruns.sum());
    }
}
