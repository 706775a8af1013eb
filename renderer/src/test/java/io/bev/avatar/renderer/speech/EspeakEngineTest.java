package io.bev.avatar.renderer.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EspeakEngineTest {

    private SpeechEngine engine;

    /** Samples per second of its voices. */
    private static final int RATE = 22_050;

    private static final class Recorder implements SpeechEngine.Sink {
        final List<String> phonemes = new ArrayList<>();
        int words;
        long samples;
        int lastStart;
        long loudest;
        int limit = Integer.MAX_VALUE;

        @Override
        public void begin(int sampleRate) {
            assertThat(sampleRate).isEqualTo(RATE);
        }

        @Override
        public void phoneme(int sample, String ipa) {
            assertThat(sample).isGreaterThanOrEqualTo(lastStart);
            lastStart = sample;
            if (!ipa.isEmpty()) {
                phonemes.add(ipa);
            }
        }

        @Override
        public void word(int sample, int letters) {
            words++;
        }

        @Override
        public boolean sound(short[] sound, int count) {
            samples += count;
            for (int i = 0; i < count; i++) {
                loudest = Math.max(loudest, Math.abs(sound[i]));
            }
            return samples < limit;
        }
    }

    @BeforeAll
    void open() {
        try {
            engine = EspeakEngine.open();
        } catch (SpeechEngine.UnavailableException e) {
            Assumptions.abort(String.valueOf(e.getMessage()));
        }
    }

    @AfterAll
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private Recorder speak(String text, String language) {
        Recorder recorder = new Recorder();
        engine.speak(text, language, 160, 50, 50, recorder);
        return recorder;
    }

    @Test
    void speak_sentence_reportsPhonemesAndSound() {
        Recorder recorder = speak("Maybe five thieves choose.", "en-us");
        assertThat(recorder.phonemes).startsWith("m", "eɪ", "b").contains("f", "θ", "tʃ", "uː");
        assertThat(recorder.words).isGreaterThanOrEqualTo(4);
        assertThat(recorder.samples).isBetween(RATE * 1L, RATE * 3L);
        assertThat(recorder.lastStart).isLessThanOrEqualTo((int) recorder.samples);
        assertThat(recorder.loudest).isGreaterThan(3000);
    }

    @Test
    void speak_markupAndMnemonics_areRead() {
        assertThat(speak("<break time='9s'/>a", "en-us").samples).isLessThan(RATE * 6L);
        assertThat(speak("[[h@l'oU]] x", "en-us").phonemes).isNotEqualTo(speak("hello x", "en-us").phonemes);
    }

    @Test
    void speak_otherLanguage_usesItsSounds() {
        assertThat(speak("fünf", "de").phonemes).contains("y");
        assertThat(engine.languages()).contains("de", "en-us", "fr");
    }

    @Test
    void speak_unknownVoice_fails() {
        assertThatThrownBy(() -> speak("a", "xx-none")).hasMessageContaining("xx-none");
    }

    @Test
    void speak_sinkEnds_stops() {
        Recorder recorder = new Recorder();
        recorder.limit = 1;
        engine.speak("one two three four five six seven eight nine ten", "en-us", 160, 50, 50, recorder);
        assertThat(recorder.samples).isLessThan(RATE / 2);
        assertThat(speak("again", "en-us").phonemes).isNotEmpty();
    }
}
