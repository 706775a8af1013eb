package io.bev.avatar.renderer.management.mbean;

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

    @Description("Disconnects all viewers. Returns the number of viewers disconnected")
    @Unit(Unit.COUNT)
    int disconnectAll();
}
