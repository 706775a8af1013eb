package io.bev.avatar.renderer.frame;

import io.bev.avatar.renderer.config.ResolutionLadder;
import io.bev.avatar.renderer.stream.ViewDemand;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Chooses the frame height: the largest step of {@link ResolutionLadder} that the viewers want and whose frames take at
 * most {@value #MAX_SHARE} of the frame period. The time at another height is estimated from the stages of the present
 * one: blending, copying and encoding in proportion to the pixels, the others constant. Blending grows more slowly, so
 * that a larger height takes less time than estimated.
 *
 * <p>A larger step must take at most {@value #MAX_SHARE_OF_LARGER}. A choice is applied after
 * {@value #MIN_EQUAL_CHOICES} equal evaluations, at most once in ten seconds; a step that was too slow is not tried
 * again for a minute. A height selected by a user is applied as it is, at most once per second. Thread-safe.
 */
public final class AdaptiveResolution {

    private static final double MAX_SHARE = 0.7;
    private static final double MAX_SHARE_OF_LARGER = 0.6;
    private static final int MIN_EQUAL_CHOICES = 3;
    /** Frames needed to estimate their time. */
    private static final int MIN_FRAMES = 5;

    private static final long MIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long MIN_SELECTION_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final int baseWidth;
    private final int baseLines;

    private boolean measuring;
    private long framesBefore;
    private double constantBefore;
    private double perPixelBefore;
    private boolean measured;
    private double constantMillis;
    private double pixelMillis;
    private int measuredLines;

    private int candidate;
    private int equalChoices;
    private boolean changed;
    private long changedNanos;
    private int tooSlowLines = Integer.MAX_VALUE;
    private long tooSlowNanos;
    private String reason = "no viewer has reported its size";

    /** Starts with a resolution, which also determines the aspect ratio and is used without viewers, in pixels. */
    public AdaptiveResolution(int baseWidth, int baseLines) {
        this.baseWidth = baseWidth;
        this.baseLines = baseLines;
    }

    /** Width divided by height. */
    public double aspect() {
        return (double) baseWidth / baseLines;
    }

    /** Frame width for a height, in pixels. */
    public int width(int lines) {
        return lines == baseLines ? baseWidth : ResolutionLadder.width(lines, aspect());
    }

    /** Reason for the present height, as text for people. */
    public synchronized String reason() {
        return reason;
    }

    /**
     * Evaluates the choice; called about once per second.
     *
     * @param nowNanos ticker time
     * @param demand what the viewers want
     * @param lines present frame height
     * @param stats counters of the frames
     * @param targetFps target frame rate
     * @return the frame height to change to; empty to keep the present one
     */
    public synchronized OptionalInt evaluate(
            long nowNanos, ViewDemand demand, int lines, FrameStats.Snapshot stats, int targetFps) {
        measure(stats, lines);
        if (demand.fixed()) {
            reason = "selected on the page";
            return change(nowNanos, lines, demand.lines(), MIN_SELECTION_INTERVAL_NANOS);
        }
        if (demand.lines() == 0) {
            reason = "no viewer has reported its size";
            return settle(nowNanos, lines, baseLines);
        }
        if (!measured) {
            return OptionalInt.empty();
        }
        int best = largestThatFits(nowNanos, demand.lines(), lines, 1000.0 / targetFps);
        if (best < lines && best < demand.lines()) {
            tooSlowLines = Math.min(lines, demand.lines());
            tooSlowNanos = nowNanos;
        }
        return settle(nowNanos, lines, best);
    }

    /**
     * The frame height at which a new model is shown first: the present one, or a smaller step if its frames would take
     * too long. Their time is estimated from those of the present model and the number of Gaussians.
     *
     * @param nowNanos ticker time
     * @param ratio Gaussians of the new model for each of the present one
     * @param lines present frame height
     * @param targetFps target frame rate
     */
    public synchronized int first(long nowNanos, double ratio, int lines, int targetFps) {
        int best = lines;
        if (ratio > 1 && !(measured && ratio * millisAt(lines, lines) <= MAX_SHARE * 1000 / targetFps)) {
            best = Math.min(lines, Math.min(ResolutionLadder.steps()[0], baseLines));
            for (int step : ResolutionLadder.steps()) {
                if (measured && step < lines && ratio * millisAt(step, lines) <= MAX_SHARE * 1000 / targetFps) {
                    best = Math.max(best, step);
                }
            }
        }
        if (best != lines) {
            reason = "a new model with more Gaussians starts small";
            changed = true;
            changedNanos = nowNanos;
        }
        measuring = false;
        measured = false;
        equalChoices = 0;
        return best;
    }

    /** A change could not be made: the height is not tried again for a minute. */
    public synchronized void rejected(long nowNanos, int lines) {
        tooSlowLines = lines;
        tooSlowNanos = nowNanos;
    }

    private void measure(FrameStats.Snapshot stats, int lines) {
        double constant = 0;
        double perPixel = 0;
        for (Stage stage : Stage.values()) {
            double millis = stats.stageSumNanos()[stage.index()] * 1e-6;
            if (stage == Stage.BLEND || stage == Stage.COPY || stage == Stage.ENCODE) {
                perPixel += millis;
            } else {
                constant += millis;
            }
        }
        long frames = stats.rendered() - framesBefore;
        if (measuring && lines == measuredLines) {
            if (frames < MIN_FRAMES) {
                return;
            }
            measured = true;
            constantMillis = (constant - constantBefore) / frames;
            pixelMillis = (perPixel - perPixelBefore) / frames;
        } else {
            // Frames of another height were rendered since the last evaluation.
            measured = false;
            measuring = true;
            measuredLines = lines;
        }
        framesBefore = stats.rendered();
        constantBefore = constant;
        perPixelBefore = perPixel;
    }

    private int largestThatFits(long nowNanos, int wanted, int present, double periodMillis) {
        int[] steps = ResolutionLadder.steps();
        int smallest = Math.min(steps[0], baseLines);
        int best = smallest;
        for (int step : steps) {
            boolean retried = step < tooSlowLines || nowNanos - tooSlowNanos > RETRY_NANOS;
            double share = millisAt(step, present) / periodMillis;
            if (step <= wanted && retried && share <= (step > present ? MAX_SHARE_OF_LARGER : MAX_SHARE)) {
                best = Math.max(best, step);
            }
        }
        // The height in use need not be a step.
        if (present <= wanted && present > best && millisAt(present, present) <= MAX_SHARE * periodMillis) {
            best = present;
        }
        reason = String.format(
                Locale.ROOT,
                best < wanted
                        ? "viewers want %d lines; %d take %.0f %% of a frame's time"
                        : "wanted by viewers: %d lines; %d take %.0f %% of a frame's time",
                wanted,
                best,
                100 * millisAt(best, present) / periodMillis);
        return best;
    }

    private double millisAt(int step, int present) {
        double ratio = (double) width(step) * step / ((double) width(present) * present);
        return constantMillis + pixelMillis * ratio;
    }

    /** Changes once the choice has been the same several times. */
    private OptionalInt settle(long nowNanos, int lines, int choice) {
        equalChoices = choice == candidate ? equalChoices + 1 : 1;
        candidate = choice;
        return equalChoices < MIN_EQUAL_CHOICES
                ? OptionalInt.empty()
                : change(nowNanos, lines, choice, MIN_INTERVAL_NANOS);
    }

    private OptionalInt change(long nowNanos, int lines, int choice, long minIntervalNanos) {
        if (choice == lines || (changed && nowNanos - changedNanos < minIntervalNanos)) {
            return OptionalInt.empty();
        }
        changed = true;
        changedNanos = nowNanos;
        equalChoices = 0;
        return OptionalInt.of(choice);
    }
}
