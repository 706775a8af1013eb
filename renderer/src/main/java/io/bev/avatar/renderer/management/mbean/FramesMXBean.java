package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Frames}. */
@Description("Frame rate, resolution and timing")
public interface FramesMXBean {

    @Description("Target frame rate while viewers are connected")
    @Unit(Unit.FPS)
    int getTargetFps();

    @Description("Frame rate over the last two seconds; the idle rate while no viewer is connected")
    @Unit(Unit.FPS)
    double getFps();

    @Description("Frame width")
    @Unit(Unit.PIXELS)
    int getWidth();

    @Description("Frame height")
    @Unit(Unit.PIXELS)
    int getHeight();

    @Description("Whether the resolution adapts to the viewers and to the frame time")
    @Unit(Unit.FLAG)
    boolean isResolutionAdaptive();

    @Description("Reason for the present resolution")
    @Unit(Unit.TEXT)
    String getResolutionReason();

    @Description("Frame height that the viewers want; null if none has reported its size")
    @Unit(Unit.PIXELS)
    @Nullable
    Integer getWantedHeight();

    @Description("Automatic changes of the resolution since start")
    @Unit(Unit.COUNT)
    long getResolutionChanges();

    @Description("Frames rendered since start")
    @Unit(Unit.FRAMES)
    long getFramesRendered();

    @Description("Frames that finished after the next one was due")
    @Unit(Unit.FRAMES)
    long getDeadlineMisses();

    @Description("Frames skipped because earlier ones took too long")
    @Unit(Unit.FRAMES)
    long getFramesSkipped();

    @Description("Frames that failed with an error")
    @Unit(Unit.FRAMES)
    long getFramesFailed();

    @Description("Time since the last frame was presented; null before the first")
    @Unit(Unit.SECONDS)
    @Nullable
    Double getLastFrameAgeSeconds();

    @Description("Durations of all frames, from pose to encoded image")
    @Unit(Unit.SECONDS)
    HistogramData getDurationHistogram();

    @Description("Duration of each stage in the last frame: rig, project, sort, blend, copy, encode")
    @Unit(Unit.SECONDS)
    Map<String, Double> getStageSeconds();

    @Description("Total duration of each stage over all frames: rig, project, sort, blend, copy, encode")
    @Unit(Unit.SECONDS)
    Map<String, Double> getStageSecondsTotal();

    @Description("Sets the target frame rate until the next reload. Returns the new rate")
    @Unit(Unit.FPS)
    int setTargetFps(@Description("Frames per second, 1..240") int framesPerSecond);

    @Description("Fixes the resolution until the next reload. Returns the new resolution as WxH")
    @Unit(Unit.PIXELS)
    String setResolution(@Description("Pixels, 16..3840") int width, @Description("Pixels, 16..2160") int height);
}
