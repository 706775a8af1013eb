package io.bev.avatar.renderer.config;

import java.util.Arrays;

/** Frame heights between which the adaptive resolution chooses. */
public final class ResolutionLadder {

    /** Height of saved images, in lines. */
    public static final int MAX_LINES = 1080;

    private static final int[] STEPS = {360, 480, 540, 720, MAX_LINES};

    private ResolutionLadder() {}

    /** The heights, ascending, in lines. */
    public static int[] steps() {
        return STEPS.clone();
    }

    public static boolean contains(int lines) {
        return Arrays.binarySearch(STEPS, lines) >= 0;
    }

    /** The smallest step of at least {@code lines}; the highest step if there is none. */
    public static int covering(double lines) {
        for (int step : STEPS) {
            if (step >= lines) {
                return step;
            }
        }
        return MAX_LINES;
    }

    /** Even width in pixels of a frame with this height and aspect ratio, at most {@link RendererConfig#MAX_WIDTH}. */
    public static int width(int lines, double aspect) {
        int even = 2 * (int) Math.round(lines * aspect / 2);
        return Math.max(RendererConfig.MIN_SIDE, Math.min(even, RendererConfig.MAX_WIDTH));
    }
}
