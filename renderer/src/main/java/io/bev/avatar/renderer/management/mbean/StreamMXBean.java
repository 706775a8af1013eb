package io.bev.avatar.renderer.management.mbean;

/** {@code bev.avatar:type=Stream}. */
@Description("Frames on their way to browsers")
public interface StreamMXBean {

    @Description("Viewers connected now")
    @Unit(Unit.COUNT)
    int getViewers();

    @Description("Frames sent to viewers since start")
    @Unit(Unit.FRAMES)
    long getFramesSent();

    @Description("Frames that a viewer was too slow for")
    @Unit(Unit.FRAMES)
    long getFramesDropped();

    @Description("Bytes sent to viewers since start")
    @Unit(Unit.BYTES)
    long getBytesSent();

    @Description("Ends every viewer's connection. Answers how many there were")
    @Unit(Unit.COUNT)
    int disconnectAll();
}
