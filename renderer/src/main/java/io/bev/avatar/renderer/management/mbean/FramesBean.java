package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.frame.Stage;
import io.bev.avatar.renderer.management.mbean.RendererControl.Resolution;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Counters and settings of the frame loop. */
record FramesBean(RendererControl renderer, FrameStats stats) implements FramesMXBean {

    @Override
    public int getTargetFps() {
        return renderer.targetFps();
    }

    @Override
    public double getFps() {
        return stats.snapshot().fps();
    }

    @Override
    public int getWidth() {
        return renderer.resolution().width();
    }

    @Override
    public int getHeight() {
        return renderer.resolution().height();
    }

    @Override
    public boolean isResolutionAdaptive() {
        return renderer.adaptation().adaptive();
    }

    @Override
    public String getResolutionReason() {
        return renderer.adaptation().reason();
    }

    @Override
    public @Nullable Integer getWantedHeight() {
        OptionalInt lines = renderer.adaptation().wantedLines();
        return lines.isPresent() ? lines.getAsInt() : null;
    }

    @Override
    public long getResolutionChanges() {
        return renderer.adaptation().changes();
    }

    @Override
    public long getFramesRendered() {
        return stats.snapshot().rendered();
    }

    @Override
    public long getDeadlineMisses() {
        return stats.snapshot().deadlineMisses();
    }

    @Override
    public long getFramesSkipped() {
        return stats.snapshot().skipped();
    }

    @Override
    public long getFramesFailed() {
        return stats.snapshot().failed();
    }

    @Override
    public @Nullable Double getLastFrameAgeSeconds() {
        long age = stats.lastFrameAgeNanos();
        return age < 0 ? null : age / 1e9;
    }

    @Override
    public HistogramData getDurationHistogram() {
        FrameStats.Snapshot s = stats.snapshot();
        return new HistogramData(s.boundsSeconds(), s.bucketCounts(), s.durationSumSeconds());
    }

    @Override
    public Map<String, Double> getStageSeconds() {
        return byStage(stats.snapshot().stageLastNanos());
    }

    @Override
    public Map<String, Double> getStageSecondsTotal() {
        return byStage(stats.snapshot().stageSumNanos());
    }

    private static Map<String, Double> byStage(long[] nanos) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (Stage stage : Stage.values()) {
            seconds.put(stage.label(), nanos[stage.index()] / 1e9);
        }
        return seconds;
    }

    @Override
    public int setTargetFps(int framesPerSecond) {
        renderer.setTargetFps(framesPerSecond);
        return renderer.targetFps();
    }

    @Override
    public String setResolution(int width, int height) {
        renderer.setResolution(new Resolution(width, height));
        return renderer.resolution().toString();
    }
}
