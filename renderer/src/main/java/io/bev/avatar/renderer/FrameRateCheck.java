package io.bev.avatar.renderer;

import io.bev.avatar.renderer.frame.FrameStats;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares the frame rate with the expected one. That is the target on a GPU. On a CPU it is what its frame times permit, at most the
 * target: a small machine that renders as fast as it can is healthy, a render thread that is held up between frames is not. Not
 * thread-safe.
 */
final class FrameRateCheck {

    /** Consecutive slow evaluations before they are reported, so that a new viewer does not trigger a report. */
    private static final int MIN_SLOW_EVALUATIONS = 5;

    private static final double MIN_SHARE = 0.5;

    private long framesBefore;
    private double secondsBefore;
    private double possibleFps = Double.POSITIVE_INFINITY;
    private int slowEvaluations;
    private int limitedEvaluations;
    private String text = "";

    /**
     * Evaluates the frames since the last call.
     *
     * @param stats counters of all frames
     * @param targetFps configured rate in frames per second
     * @param cpu whether the CPU renders
     * @param wanted whether frames are expected at the target rate
     */
    void evaluate(FrameStats.Snapshot stats, int targetFps, boolean cpu, boolean wanted) {
        long frames = stats.rendered() - framesBefore;
        double seconds = stats.durationSumSeconds() - secondsBefore;
        framesBefore = stats.rendered();
        secondsBefore = stats.durationSumSeconds();
        if (frames > 0) {
            possibleFps = seconds > 0 ? frames / seconds : Double.POSITIVE_INFINITY;
        }
        double expected = cpu ? Math.min(targetFps, possibleFps) : targetFps;
        boolean belowTarget = wanted && stats.fps() < MIN_SHARE * targetFps;
        boolean slow = belowTarget && stats.fps() < MIN_SHARE * expected;
        slowEvaluations = slow ? slowEvaluations + 1 : 0;
        limitedEvaluations = belowTarget && !slow ? limitedEvaluations + 1 : 0;
        text = String.format(Locale.ROOT, "%.1f fps, target %d fps", stats.fps(), targetFps);
    }

    /** The rate if it has been too low for some seconds. */
    Optional<String> problem() {
        return slowEvaluations >= MIN_SLOW_EVALUATIONS ? Optional.of(text) : Optional.empty();
    }

    /** The rate if the CPU has permitted no more for some seconds. */
    Optional<String> note() {
        return limitedEvaluations >= MIN_SLOW_EVALUATIONS
                ? Optional.of(
                        text + ": the CPU renders no faster; reduce renderer.width and height, or renderer.target-fps")
                : Optional.empty();
    }
}
