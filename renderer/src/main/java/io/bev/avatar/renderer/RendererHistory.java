package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.lifecycle.RestartCounter;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.timeline.FrameRateHistory;
import io.bev.avatar.renderer.timeline.Timeline;
import io.bev.avatar.renderer.timeline.TimelineEvent.Kind;
import io.bev.avatar.renderer.timeline.TimelineEvent.Level;
import io.bev.avatar.renderer.timeline.TimelineFile;
import io.bev.avatar.renderer.timeline.TimelineRecorder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What happened lately: the timeline and the frame rates that the page shows. Thread-safe. */
final class RendererHistory {

    private static final Set<LifecycleState> RECORDED = EnumSet.of(
            LifecycleState.RUNNING,
            LifecycleState.PAUSED,
            LifecycleState.DEGRADED,
            LifecycleState.DRAINING,
            LifecycleState.FAILED);

    private final Timeline timeline;
    private final TimelineFile file;
    private final TimelineRecorder recorder;
    private final FrameRateHistory frameRate = new FrameRateHistory();
    private final RendererContext context;

    /**
     * Restores the events of the previous process.
     *
     * @param directory of the timeline's file
     * @param initial the state at start
     */
    RendererHistory(Path directory, AvatarState initial, RendererContext context) {
        this.context = context;
        timeline = new Timeline(context.clock());
        file = new TimelineFile(directory, timeline);
        file.read();
        recorder = new TimelineRecorder(timeline, initial);
    }

    Timeline timeline() {
        return timeline;
    }

    TimelineRecorder recorder() {
        return recorder;
    }

    /** Records the start of the process. */
    void started(RestartCounter restarts) {
        String reason = restarts.startReason();
        String version = "Version " + context.version();
        switch (reason) {
            case "" -> timeline.record(Kind.RENDERER, Level.INFO, "Renderer started", version);
            case RestartCounter.CRASH ->
                timeline.record(Kind.RENDERER, Level.CRITICAL, "Renderer restarted after a crash", version);
            case RestartCounter.FAILURE ->
                timeline.record(Kind.RENDERER, Level.CRITICAL, "Renderer restarted after a failure", version);
            case RestartCounter.WATCHDOG ->
                timeline.record(Kind.RENDERER, Level.CRITICAL, "Renderer restarted by the watchdog", version);
            default ->
                timeline.record(
                        Kind.RENDERER, Level.WARNING, "Renderer restarted: " + reason.replace('_', ' '), version);
        }
    }

    /** Records a change of the lifecycle. */
    void changed(Lifecycle.Change change) {
        if (!RECORDED.contains(change.to()) || change.from() == LifecycleState.INITIALIZING) {
            return;
        }
        Level level = switch (change.to()) {
            case FAILED -> Level.CRITICAL;
            case DEGRADED -> Level.WARNING;
            default -> Level.INFO;
        };
        String state = change.to().name().toLowerCase(Locale.ROOT);
        timeline.record(
                Kind.RENDERER,
                level,
                "Renderer " + state,
                change.to() == LifecycleState.RUNNING && change.reason().isEmpty()
                        ? "was " + change.from().name().toLowerCase(Locale.ROOT)
                        : change.reason());
    }

    /** Records what changed during the last second. */
    void observe(RendererRuntime runtime) {
        recorder.alerts(runtime.alerts());
        recorder.redis(runtime.store().statistics());
        recorder.backend(
                runtime.rasterizer().name(),
                runtime.rasterizer().problem().orElse(runtime.backend().reason()));
        long now = context.ticker().nanos();
        frameRate.add(now, runtime.stats().snapshot().fps(), runtime.loop().pace());
        file.writeIfDue(now);
    }

    /** Records the end of the process and writes the file. */
    void close() {
        timeline.record(Kind.RENDERER, Level.INFO, "Renderer stopped", "");
        file.write();
    }

    /** Document of {@code /history}. */
    ObjectNode document() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("sequence", timeline.number());
        document.set("events", TimelineFile.document(timeline.events()));
        ObjectNode rate = document.putObject("frameRate").put("intervalSeconds", 1);
        ArrayNode fps = rate.putArray("fps");
        ArrayNode target = rate.putArray("target");
        for (FrameRateHistory.Sample sample : frameRate.samples()) {
            if (sample.known()) {
                fps.add(Math.round(sample.fps() * 10) / 10.0);
                target.add(sample.target());
            } else {
                fps.addNull();
                target.addNull();
            }
        }
        return document;
    }
}
