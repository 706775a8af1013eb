package io.bev.avatar.renderer.management.mbean;

import java.util.Map;

/** {@code bev.avatar:type=Stream}. */
@Description("Frame stream to browsers")
public interface StreamMXBean {

    @Description("Connected viewers")
    @Unit(Unit.COUNT)
    int getViewers();

    @Description("Frames sent to viewers since start")
    @Unit(Unit.FRAMES)
    long getFramesSent();

    @Description("Frames dropped because a viewer was too slow")
    @Unit(Unit.FRAMES)
    long getFramesDropped();

    @Description("Bytes sent to viewers since start")
    @Unit(Unit.BYTES)
    long getBytesSent();

    @Description("Viewers that have chosen low bandwidth and receive video")
    @Unit(Unit.COUNT)
    int getVideoViewers();

    @Description("Frames sent as video since start, of FramesSent")
    @Unit(Unit.FRAMES)
    long getVideoFramesSent();

    @Description("Bytes sent as video since start, of BytesSent")
    @Unit(Unit.BYTES)
    long getVideoBytesSent();

    @Description("Key frames of video encoded since start")
    @Unit(Unit.FRAMES)
    long getVideoKeyFrames();

    @Description("Time from the rendered image to the viewer's acknowledgement, by transport; without"
            + " acknowledgements, to the end of writing")
    @Unit(Unit.SECONDS)
    Map<String, HistogramData> getViewerFrameAge();

    @Description("Time from a viewer's request to the delivery of its first frame, by transport")
    @Unit(Unit.SECONDS)
    Map<String, HistogramData> getViewerFirstFrame();

    @Description("Viewers connected since start, by transport")
    @Unit(Unit.COUNT)
    Map<String, Long> getViewerJoins();

    @Description("Viewers that connected again, by reason: lost, timeout, closed, hidden or other")
    @Unit(Unit.COUNT)
    Map<String, Long> getViewerReconnects();

    @Description("Times that a viewer accepted no frame for a second, by transport")
    @Unit(Unit.COUNT)
    Map<String, Long> getViewerStalls();

    @Description("Disconnects all viewers. Returns the number of viewers disconnected")
    @Unit(Unit.COUNT)
    int disconnectAll();
}
