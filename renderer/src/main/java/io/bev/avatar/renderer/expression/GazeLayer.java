package io.bev.avatar.renderer.expression;

import java.util.SplittableRandom;

/**
 * The direction of gaze: the requested gaze, that of the emotion, and the small saccades of eyes at rest.
 *
 * <p>Both coordinates are -1..1, towards the avatar's left and upwards.
 */
final class GazeLayer {

    private static final double JUMP_X = 0.07;
    private static final double JUMP_Y = 0.04;
    /** Fraction of saccades that are a short glance aside. */
    private static final double GLANCE_SHARE = 0.1;

    private static final double GLANCE = 2.2;
    /** Lid closing by downward gaze, in addition to the motion of the look-down target itself. */
    private static final float LID_FOLLOWS = 0.15f;

    private static final float WIDE_FOLLOWS = 0.12f;

    private final SplittableRandom random;
    private double jumpX;
    private double jumpY;
    private double scanX;
    private double nextJump;
    private double nextScan;
    private int scanStep;
    private double x;
    private double y;

    GazeLayer(SplittableRandom random) {
        this.random = random;
    }

    /**
     * Advances to {@code seconds}.
     *
     * @param idle strength of the saccades
     */
    void advance(double seconds, double gazeX, double gazeY, double scan, double idle) {
        if (seconds >= nextJump) {
            boolean glance = random.nextDouble() < GLANCE_SHARE;
            double size = idle * (glance ? GLANCE : 1);
            jumpX = size * JUMP_X * (2 * random.nextDouble() - 1);
            jumpY = size * JUMP_Y * (2 * random.nextDouble() - 1);
            nextJump = seconds + (glance ? 0.35 : 0.4 + 1.4 * random.nextDouble());
        }
        if (seconds >= nextScan) {
            // Reading motion: a line in five stops, then back to its start.
            scanStep = (scanStep + 1) % 5;
            scanX = scanStep / 2.0 - 1;
            nextScan = seconds + 0.28 + 0.2 * random.nextDouble();
        }
        x = clamp(gazeX + jumpX + scan * scanX);
        y = clamp(gazeY + jumpY);
    }

    /** Adds the gaze to {@code weights}. */
    void addTo(float[] weights) {
        float left = (float) Math.max(0, x);
        float right = (float) Math.max(0, -x);
        float up = (float) Math.max(0, y);
        float down = (float) Math.max(0, -y);
        weights[BlendshapeIndex.LOOK_OUT_LEFT] += left;
        weights[BlendshapeIndex.LOOK_IN_RIGHT] += left;
        weights[BlendshapeIndex.LOOK_IN_LEFT] += right;
        weights[BlendshapeIndex.LOOK_OUT_RIGHT] += right;
        weights[BlendshapeIndex.LOOK_UP_LEFT] += up;
        weights[BlendshapeIndex.LOOK_UP_RIGHT] += up;
        weights[BlendshapeIndex.LOOK_DOWN_LEFT] += down;
        weights[BlendshapeIndex.LOOK_DOWN_RIGHT] += down;
        weights[BlendshapeIndex.BLINK_LEFT] += LID_FOLLOWS * down;
        weights[BlendshapeIndex.BLINK_RIGHT] += LID_FOLLOWS * down;
        weights[BlendshapeIndex.WIDE_LEFT] += WIDE_FOLLOWS * up;
        weights[BlendshapeIndex.WIDE_RIGHT] += WIDE_FOLLOWS * up;
    }

    private static double clamp(double value) {
        return Math.max(-1, Math.min(1, value));
    }
}
