package io.bev.avatar.splat.raster;

/** Duration of each stage of the last frame, in nanoseconds; written by the stages, reused from frame to frame. */
public final class StageTimes {
    public long rigNanos;
    public long projectNanos;
    public long sortNanos;
    public long blendNanos;
    public long copyNanos;
    public long encodeNanos;

    /** Copies the times of {@code other}. */
    public void set(StageTimes other) {
        rigNanos = other.rigNanos;
        projectNanos = other.projectNanos;
        sortNanos = other.sortNanos;
        blendNanos = other.blendNanos;
        copyNanos = other.copyNanos;
        encodeNanos = other.encodeNanos;
    }
}
