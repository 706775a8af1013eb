package io.bev.avatar.renderer.speech;

import java.util.Set;

/** Converts text to sound and phonemes. Confined to one thread. */
interface SpeechEngine extends AutoCloseable {

    /** Receives what is synthesised, in order of time. */
    interface Sink {

        /** The sound has this many samples per second. Called once, before all others. */
        void begin(int sampleRate);

        /**
         * A phoneme begins; the one before ends.
         *
         * @param sample position in the utterance
         * @param ipa the phoneme in IPA; empty for a pause
         */
        void phoneme(int sample, String ipa);

        /**
         * A word begins.
         *
         * @param letters its length
         */
        void word(int sample, int letters);

        /**
         * Sound, after the phonemes and words that begin in it.
         *
         * @param samples mono; valid until this returns
         * @return whether to continue
         */
        boolean sound(short[] samples, int count);
    }

    /** Names of the voices' languages, in lower case; empty if unknown. */
    Set<String> languages();

    /**
     * Speaks a text, until its end or until the sink ends it.
     *
     * @param wordsPerMinute 80 to 450
     * @param pitch 0 to 100; 50 is the voice's own
     * @param range variation of the pitch, 0 to 100; 50 is the voice's own
     */
    void speak(String text, String language, int wordsPerMinute, int pitch, int range, Sink sink);

    @Override
    void close();

    /** The engine cannot be used; the message names the reason and the remedy. */
    final class UnavailableException extends Exception {

        private static final long serialVersionUID = 1;

        UnavailableException(String message) {
            super(message);
        }
    }
}
