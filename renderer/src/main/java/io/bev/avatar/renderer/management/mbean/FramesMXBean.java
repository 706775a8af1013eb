package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Frames}. */
@Description("Frames: their pace, their size, and where their time goes")
public interface FramesMXBean {

    @Description("Wanted rate while somebody looks")
    @Unit(Unit.FPS)
    int getTargetFps();

    @Description("Rate over the last two seconds; the idle rate while nobody looks")
    @Unit(Unit.FPS)
    double getFps();

    @Description("Picture width")
    @Unit(Unit.PIXELS)
    int getWidth();

    @Description("Picture height")
    @Unit(Unit.PIXELS)
    int getHeight();

    @Description("Frames drawn since start")
    @Unit(Unit.FRAMES)
    long getFramesRendered();

    @Description("Frames that ended after the next one was due")
    @Unit(Unit.FRAMES)
    long getDeadlineMisses();

    @Description("Frames left out because earlier ones took too long")
    @Unit(Unit.FRAMES)
    long getFramesSkipped();

    @Description("Frames that ended in an error")
    @Unit(Unit.FRAMES)
    long getFramesFailed();

    @Description("Time since the last frame was presented; null before the first")
    @Unit(Unit.SECONDS)
    @Nullable
    Double getLastFrameAgeSeconds();

    @Description("Durations of all frames, from pose to encoded picture")
    @Unit(Unit.SECONDS)
    HistogramData getDurationHistogram();

    @Description("Time of each stage in the last frame: rig, project, sort, blend, copy, encode")
    @Unit(Unit.SECONDS)
    Map<String, Double> getStageSeconds();

    @Description("Time of each stage summed over all frames: rig, project, sort, blend, copy, encode")
    @Unit(Unit.SECONDS)
    Map<String, Double> getStageSecondsTotal();

    @Description("Changes the wanted rate until the next reload. Answers the rate now")
    @Unit(Unit.FPS)
    int setTargetFps(@Description("Frames per second, 1..240") int framesPerSecond);

    @Description("Changes the picture size until the next reload. Answers the size now, as WxH")
    @Unit(Unit.PIXELS)
    String setResolution(@Description("Pixels, 16..3840") int width, @Description("Pixels, 16..2160") int height);
}
