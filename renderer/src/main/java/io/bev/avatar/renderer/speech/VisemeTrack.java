package io.bev.avatar.renderer.speech;

import io.bev.avatar.renderer.expression.SpeechMotion;
import io.bev.avatar.renderer.expression.SpeechPose;
import java.util.Arrays;

/**
 * Mouth shapes, nods and blinks of what is being spoken, on the ticker's clock. One thread adds them, a little ahead of
 * time; the render thread samples. A shape is the mean of those around it, each weighted by its {@link Viseme}'s dominance
 * and its distance in time, so that lips anticipate what follows.
 */
final class VisemeTrack implements SpeechMotion {

    /** More than a minute of speech; what is older is overwritten. */
    private static final int CAPACITY = 1024;

    private static final int MAX_GESTURES = 32;
    private static final double NANOS = 1e9;
    /** Weight of a silent mouth beside the shapes: it opens shortly before the first and closes after the last. */
    private static final double REST_WEIGHT = 0.2;
    /** How much earlier than it lingers a shape begins. */
    private static final double ANTICIPATION = 1.6;
    /** Shapes farther away have no weight. */
    private static final double HORIZON_SECONDS = 0.35;

    /** Time in which the mouth closes when the speech is cut off. */
    private static final double CUT_SECONDS = 0.07;

    private static final double ACCENT_INTERVAL_SECONDS = 0.9;
    private static final int ACCENTED_LETTERS = 5;
    private static final double NOD_SECONDS = 0.42;
    private static final float NOD_RADIANS = 0.045f;
    private static final float BROW = 0.3f;
    private static final double BLINK_INTERVAL_SECONDS = 1.6;
    private static final double BLINK_SECONDS = 0.19;

    private final long[] starts = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private final Viseme[] shapes = new Viseme[CAPACITY];
    private final Viseme[] parts = new Viseme[8];
    private int count;
    private boolean open;
    /** Number of parts of the open phoneme. */
    private int pending;
    /** When the speech was cut off last: what was before it fades. */
    private long cutNanos = Long.MIN_VALUE;

    private final long[] accents = new long[MAX_GESTURES];
    private final long[] blinks = new long[MAX_GESTURES];
    private int accentCount;
    private int blinkCount;

    VisemeTrack() {
        Arrays.fill(shapes, Viseme.REST);
    }

    /** Adds a phoneme, which ends the one before. */
    synchronized void phoneme(long startNanos, String ipa) {
        end(startNanos);
        int found = split(ipa);
        if (found == 0) {
            add(startNanos, Viseme.REST);
            addBlink(startNanos);
        }
        // The parts of a diphthong share the time once its end is known; until then the first has it.
        for (int i = 0; i < found; i++) {
            add(startNanos, parts[i]);
        }
        pending = Math.max(1, found);
        open = true;
    }

    /** Ends the open phoneme. */
    synchronized void end(long nanos) {
        if (!open) {
            return;
        }
        open = false;
        long start = starts[slot(count - pending)];
        long length = Math.max(0, nanos - start) / pending;
        for (int i = 0; i < pending; i++) {
            int slot = slot(count - pending + i);
            starts[slot] = start + i * length;
            ends[slot] = start + (i + 1) * length;
        }
    }

    /** A word begins: a long one may have an accent. */
    synchronized void word(long startNanos, int letters) {
        if (letters >= ACCENTED_LETTERS && isLater(accents, accentCount, startNanos, ACCENT_INTERVAL_SECONDS)) {
            accents[accentCount++ % MAX_GESTURES] = startNanos;
        }
    }

    /** Discards everything after {@code nanos}. */
    synchronized void truncate(long nanos) {
        open = false;
        cutNanos = nanos;
        while (count > 0 && starts[slot(count - 1)] - nanos >= 0) {
            count--;
        }
        for (int i = Math.max(0, count - parts.length); i < count; i++) {
            if (ends[slot(i)] - nanos > 0) {
                ends[slot(i)] = nanos;
            }
        }
        accentCount = truncated(accents, accentCount, nanos);
        blinkCount = truncated(blinks, blinkCount, nanos);
    }

    private static int truncated(long[] times, int count, long nanos) {
        int left = count;
        while (left > 0 && count - left < MAX_GESTURES && times[(left - 1) % MAX_GESTURES] - nanos >= 0) {
            left--;
        }
        return left;
    }

    private void addBlink(long nanos) {
        if (isLater(blinks, blinkCount, nanos, BLINK_INTERVAL_SECONDS)) {
            blinks[blinkCount++ % MAX_GESTURES] = nanos;
        }
    }

    private static boolean isLater(long[] times, int count, long nanos, double seconds) {
        return count == 0 || (nanos - times[(count - 1) % MAX_GESTURES]) / NANOS >= seconds;
    }

    private void add(long startNanos, Viseme shape) {
        int slot = slot(count++);
        starts[slot] = startNanos;
        // Known when the next phoneme begins, in time for every frame.
        ends[slot] = startNanos + 60_000_000L;
        shapes[slot] = shape;
    }

    private static int slot(int index) {
        return index & (CAPACITY - 1);
    }

    /** Fills {@link #parts} with the shapes of a phoneme, and returns their number. */
    private int split(String ipa) {
        int found = 0;
        for (int i = 0; i < ipa.length() && found < parts.length; i++) {
            Viseme shape = Viseme.ofIpa(ipa.charAt(i));
            if (shape == null || (found > 0 && parts[found - 1] == shape)) {
                continue;
            }
            // The stop of an affricate is not visible.
            if (found > 0 && parts[found - 1] == Viseme.ALVEOLAR) {
                found--;
            }
            parts[found++] = shape;
        }
        return found;
    }

    @Override
    public synchronized boolean sample(long nowNanos, SpeechPose out) {
        int first = firstNear(nowNanos);
        if (first == count || (starts[slot(first)] - nowNanos) / NANOS > HORIZON_SECONDS) {
            return false;
        }
        out.rest();
        float closure = closure(first, nowNanos);
        double total = REST_WEIGHT * (1 - closure);
        double spoken = 0;
        float[] weights = out.weights;
        for (int i = first; i < count; i++) {
            int slot = slot(i);
            Viseme shape = shapes[slot];
            double dominance = shape.strength * nearness(slot, nowNanos) * (shape.closure ? 1 : 1 - 0.95 * closure);
            total += dominance;
            dominance *= remaining(slot, nowNanos);
            if (shape != Viseme.REST && dominance > 0) {
                spoken += dominance;
                for (int channel = 0; channel < weights.length; channel++) {
                    weights[channel] += (float) dominance * shape.weight(channel);
                }
            }
        }
        for (int channel = 0; channel < weights.length; channel++) {
            weights[channel] /= (float) total;
        }
        out.activity = (float) (spoken / total);
        out.closure = closure;
        addGestures(nowNanos, out);
        return true;
    }

    private int firstNear(long nowNanos) {
        int first = count;
        int oldest = Math.max(0, count - CAPACITY);
        while (first > oldest && (nowNanos - ends[slot(first - 1)]) / NANOS < HORIZON_SECONDS) {
            first--;
        }
        return first;
    }

    /** 1, falling to 0 for what was cut off. */
    private double remaining(int slot, long nowNanos) {
        return cutNanos == Long.MIN_VALUE || ends[slot] - cutNanos > 0 || nowNanos - cutNanos < 0
                ? 1
                : Math.max(0, 1 - (nowNanos - cutNanos) / NANOS / CUT_SECONDS);
    }

    private float closure(int first, long nowNanos) {
        double closure = 0;
        for (int i = first; i < count; i++) {
            if (shapes[slot(i)].closure) {
                closure = Math.max(closure, nearness(slot(i), nowNanos) * remaining(slot(i), nowNanos));
            }
        }
        return (float) closure;
    }

    /** 1 within the shape's time, falling with the distance from it. */
    private double nearness(int slot, long nowNanos) {
        double before = (starts[slot] - nowNanos) / NANOS;
        double after = (nowNanos - ends[slot]) / NANOS;
        double distance = Math.max(0, Math.max(before, after));
        if (distance > HORIZON_SECONDS) {
            return 0;
        }
        double spread = shapes[slot].spreadSeconds * (before > 0 ? ANTICIPATION : 1);
        double x = distance / spread;
        return Math.exp(-x * x);
    }

    private void addGestures(long nowNanos, SpeechPose out) {
        for (int i = Math.max(0, accentCount - MAX_GESTURES); i < accentCount; i++) {
            float bump = bump((nowNanos - accents[i % MAX_GESTURES]) / NANOS / NOD_SECONDS);
            out.nod += NOD_RADIANS * bump;
            out.brow += (i & 1) == 0 ? BROW * bump : 0;
        }
        for (int i = Math.max(0, blinkCount - MAX_GESTURES); i < blinkCount; i++) {
            out.blink = Math.max(out.blink, bump((nowNanos - blinks[i % MAX_GESTURES]) / NANOS / BLINK_SECONDS));
        }
    }

    /** 0 to 1 and back, for {@code phase} 0 to 1. */
    private static float bump(double phase) {
        if (phase <= 0 || phase >= 1) {
            return 0;
        }
        double sine = Math.sin(Math.PI * phase);
        return (float) (sine * sine);
    }
}
