package io.bev.avatar.renderer.speech;

import java.util.Map;
import java.util.Optional;

/** Speaks texts, one after the other. Thread-safe; no method blocks. */
public interface SpeechControl {

    /**
     * @param reason of a rejection, a stable label, such as {@code malformed}, {@code too_large}, {@code overloaded} or {@code
     *     unavailable}; empty if accepted
     * @param detail one line: field, found and expected
     * @param id number of the utterance; 0 if rejected
     * @param waiting utterances before this one
     */
    record Result(boolean accepted, String reason, String detail, long id, int waiting) {}

    /** Speaks a text; {@code json} is {@link SayRequest}'s document in UTF-8. */
    Result say(byte[] json);

    /** Ends the current utterance and discards those that wait; returns how many. */
    int stop();

    Statistics statistics();

    /**
     * @param unavailable why nothing can be spoken, and the remedy
     * @param utterances begun since start
     * @param interrupted ended before their time, or discarded
     * @param failures of the engine
     * @param firstSoundBounds upper bounds of the buckets, seconds
     * @param firstSoundCounts times from the request to the first sound, of utterances that did not wait; one more than bounds
     */
    record Statistics(
            Optional<String> unavailable,
            boolean speaking,
            int waiting,
            long utterances,
            long interrupted,
            long failures,
            Map<String, Long> rejectedByReason,
            double[] firstSoundBounds,
            long[] firstSoundCounts,
            double firstSoundSum,
            io.bev.avatar.renderer.stream.SoundOutput.Statistics sound) {}
}
