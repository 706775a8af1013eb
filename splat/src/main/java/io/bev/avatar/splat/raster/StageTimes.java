package io.bev.avatar.splat.raster;

/** How long each stage of the last frame took, in nanoseconds; written by the stages, reused from frame to frame. */
public final class StageTimes {
    public long rigNanos;
    public long projectNanos;
    public long sortNanos;
    public long blendNanos;
    public long copyNanos;
    public long encodeNanos;
}
