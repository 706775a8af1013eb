package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.stream.ViewerStats.Durations;
import java.util.Map;
import java.util.TreeMap;

/** Connections and counters of the stream. */
record StreamBean(FrameHub hub) implements StreamMXBean {

    @Override
    public int getViewers() {
        return hub.viewers();
    }

    @Override
    public long getFramesSent() {
        return hub.framesSent();
    }

    @Override
    public long getFramesDropped() {
        return hub.framesDropped();
    }

    @Override
    public long getBytesSent() {
        return hub.bytesSent();
    }

    @Override
    public int getVideoViewers() {
        return hub.videoViewers();
    }

    @Override
    public long getVideoFramesSent() {
        return hub.videoFramesSent();
    }

    @Override
    public long getVideoBytesSent() {
        return hub.videoBytesSent();
    }

    @Override
    public long getVideoKeyFrames() {
        return hub.videoKeyFrames();
    }

    @Override
    public Map<String, HistogramData> getViewerFrameAge() {
        return histograms(hub.stats().frameAge());
    }

    @Override
    public Map<String, HistogramData> getViewerFirstFrame() {
        return histograms(hub.stats().firstFrame());
    }

    @Override
    public Map<String, Long> getViewerJoins() {
        return hub.stats().joins();
    }

    @Override
    public Map<String, Long> getViewerReconnects() {
        return hub.stats().reconnects();
    }

    @Override
    public Map<String, Long> getViewerStalls() {
        return hub.stats().stalls();
    }

    private static Map<String, HistogramData> histograms(Map<String, Durations> durations) {
        Map<String, HistogramData> data = new TreeMap<>();
        durations.forEach((transport, d) ->
                data.put(transport, new HistogramData(d.boundsSeconds(), d.counts(), d.sumSeconds())));
        return data;
    }

    @Override
    public int disconnectAll() {
        return hub.disconnectAll();
    }
}
