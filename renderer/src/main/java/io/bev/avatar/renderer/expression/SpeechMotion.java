package io.bev.avatar.renderer.expression;

/** Movement of the face while the avatar speaks. */
@FunctionalInterface
public interface SpeechMotion {

    /** Never speaks. */
    SpeechMotion SILENT = (nowNanos, out) -> false;

    /**
     * The movement at an instant. Called by the render thread; does not block and allocates nothing.
     *
     * @param nowNanos ticker time, not decreasing between calls
     * @param out overwritten if the avatar speaks
     * @return whether the avatar speaks
     */
    boolean sample(long nowNanos, SpeechPose out);
}
