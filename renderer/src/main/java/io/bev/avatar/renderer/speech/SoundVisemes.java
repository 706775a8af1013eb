package io.bev.avatar.renderer.speech;

/**
 * Mouth shapes from sound alone: energy, and its share in four bands, in steps of 20 ms. A crude estimate: it finds pauses,
 * hissing sounds, and whether a vowel is open, spread or round; lips that meet show only as less energy. Consonants are not
 * recognised.
 */
final class SoundVisemes {

    private static final int STEPS_PER_SECOND = 50;
    /** Energy relative to the loudest of the last seconds: root mean square. */
    private static final double PAUSE = 0.05;

    private static final double CLOSED = 0.18;
    private static final double LOUDEST_DECAY = 0.995;
    /** Root mean square that counts as speech at least, of 32768. */
    private static final double AUDIBLE = 200;

    private static final double HISS = 0.5;
    private static final double OPEN = 0.45;
    private static final double BRIGHT = 0.25;
    private static final int MIN_STEPS = 2;
    private static final int LETTERS = 6;

    private final SpeechEngine.Sink sink;
    private final BandPass low;
    private final BandPass middle;
    private final BandPass high;
    private final BandPass hiss;
    private final int step;
    private int filled;
    private int position;
    private double total;
    private double loudest = AUDIBLE;
    private String shown = "-";
    private int shownSteps;

    SoundVisemes(int sampleRate, SpeechEngine.Sink sink) {
        this.sink = sink;
        this.step = sampleRate / STEPS_PER_SECOND;
        // First formant of closed and of open vowels, second one of spread lips, hissing.
        low = new BandPass(sampleRate, 300, 1.2);
        middle = new BandPass(sampleRate, 750, 1.8);
        high = new BandPass(sampleRate, 2000, 1.8);
        hiss = new BandPass(sampleRate, Math.min(5500, 0.42 * sampleRate), 1.2);
    }

    /** Adds sound, and calls the sink for what begins in it. */
    void add(short[] samples, int count) {
        for (int i = 0; i < count; i++) {
            double sample = samples[i];
            total += sample * sample;
            low.add(sample);
            middle.add(sample);
            high.add(sample);
            hiss.add(sample);
            if (++filled == step) {
                end();
            }
        }
    }

    private void end() {
        String shape = shape();
        shownSteps++;
        if (!shape.equals(shown) && (shownSteps >= MIN_STEPS || shown.isEmpty())) {
            if (shown.isEmpty() || shown.equals("-")) {
                sink.word(position, LETTERS);
            }
            sink.phoneme(position, shape);
            shown = shape;
            shownSteps = 0;
        }
        position += filled;
        filled = 0;
        total = 0;
    }

    /** The phoneme whose shape fits, in IPA; empty for a pause. */
    private String shape() {
        double energy = Math.sqrt(total / filled);
        loudest = Math.max(AUDIBLE, Math.max(energy, loudest * LOUDEST_DECAY));
        double first = low.take();
        double open = middle.take();
        double second = high.take();
        double noise = hiss.take();
        double sum = first + open + second + noise;
        if (energy < PAUSE * loudest || energy < AUDIBLE / 4 || !(sum > 0)) {
            return "";
        }
        if (noise / sum > HISS) {
            return "s";
        }
        if (energy < CLOSED * loudest) {
            return "m";
        }
        boolean bright = second / (first + open + second) > BRIGHT;
        if (open / (first + open) > OPEN) {
            return bright ? "ɛ" : "ɑ";
        }
        return bright ? "i" : energy > 0.6 * loudest ? "ə" : "u";
    }

    /** Energy in a band: a filter of second order (R. Bristow-Johnson, "Audio EQ cookbook", constant peak gain). */
    private static final class BandPass {
        private final double b0;
        private final double a1;
        private final double a2;
        private double x1;
        private double x2;
        private double y1;
        private double y2;
        private double energy;

        /** @param quality centre frequency over bandwidth */
        BandPass(int sampleRate, double centre, double quality) {
            double angle = 2 * Math.PI * centre / sampleRate;
            double alpha = Math.sin(angle) / (2 * quality);
            b0 = alpha / (1 + alpha);
            a1 = -2 * Math.cos(angle) / (1 + alpha);
            a2 = (1 - alpha) / (1 + alpha);
        }

        void add(double x) {
            double y = b0 * (x - x2) - a1 * y1 - a2 * y2;
            x2 = x1;
            x1 = x;
            y2 = y1;
            y1 = y;
            energy += y * y;
        }

        double take() {
            double taken = energy;
            energy = 0;
            return taken;
        }
    }
}
