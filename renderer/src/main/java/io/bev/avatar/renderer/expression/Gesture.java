package io.bev.avatar.renderer.expression;

/**
 * A movement of head and eyes that an emotion begins with and repeats.
 *
 * @param yaw amplitude in radians, as in {@link io.bev.avatar.splat.pose.ExpressionFrame}
 * @param pitch amplitude in radians
 * @param roll amplitude in radians
 * @param gazeX amplitude of the horizontal gaze, -1..1 towards the avatar's left
 * @param periodSeconds duration of one cycle
 * @param cycles cycles in succession
 * @param pauseSeconds rest until the first of them begins again; infinite for a movement that happens once
 * @param bothWays whether a cycle goes to both sides of rest, or to the given side and back
 */
record Gesture(
        double yaw,
        double pitch,
        double roll,
        double gazeX,
        double periodSeconds,
        int cycles,
        double pauseSeconds,
        boolean bothWays) {

    static final Gesture NONE = new Gesture(0, 0, 0, 0, 1, 1, Double.POSITIVE_INFINITY, false);

    /** Share of the amplitudes, -1..1, {@code seconds} after the emotion began; 0 at its start. */
    double at(double seconds) {
        double moving = cycles * periodSeconds;
        double position = Double.isInfinite(pauseSeconds) ? seconds : seconds % (moving + pauseSeconds);
        if (position >= moving) {
            return 0;
        }
        double angle = 2 * Math.PI * position / periodSeconds;
        return bothWays ? Math.sin(angle) : 0.5 - 0.5 * Math.cos(angle);
    }
}
