package io.bev.avatar.renderer.speech;

import io.bev.avatar.renderer.state.Emotion;

/**
 * How an emotion colours the voice.
 *
 * @param pace relative to neutral
 * @param pitch 50 is the voice's own
 * @param range variation of the pitch, 50 is the voice's own
 */
record EmotionTone(double pace, int pitch, int range) {

    static EmotionTone of(Emotion emotion) {
        return switch (emotion) {
            case NEUTRAL, CURIOUS, SATISFIED -> new EmotionTone(1, 50, 50);
            case HAPPY, DISCOVERED -> new EmotionTone(1.06, 56, 65);
            case EXCITED, BREAKTHROUGH -> new EmotionTone(1.14, 60, 75);
            case ALERT -> new EmotionTone(1.1, 55, 60);
            case FOCUSED, ANALYZING, INVESTIGATING, PROCESSING -> new EmotionTone(0.98, 47, 38);
            case THINKING -> new EmotionTone(0.92, 48, 45);
            case CONFIDENT -> new EmotionTone(0.97, 45, 55);
            case CONCERNED -> new EmotionTone(0.92, 44, 42);
        };
    }
}
