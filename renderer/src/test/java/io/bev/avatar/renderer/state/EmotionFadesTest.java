package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Priorities and decay of the rules. */
class EmotionFadesTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String RULES = """
            osint:
              rules:
                - {when: {keywords: [breach, "data leak"]}, priority: 5, emotion: alert, intensity: 1, decay-seconds: 10}
                - {when: {keywords: note}, emotion: curious, decay-seconds: 4}
                - {when: {activity: threat_analysis}, emotion: analyzing, intensity: 0.5}
            """;

    private long nanos;
    private final EmotionFades fades = new EmotionFades(() -> nanos);
    private final OsintConfig config = OsintConfig.from(Config.of(RULES, "test.yaml", Map.of()));
    private final OsintRules rules = new OsintRules(config.rules(), fades);
    private AvatarState state = AvatarState.initial(NOW);

    private String event(String text) throws RejectedUpdateException {
        OsintEvent read = OsintEvent.of(new JsonFields(StateDocument.parse(json(text)), false), config.scale());
        state = rules.apply(read, state, NOW);
        fades.commit();
        return shown();
    }

    private String after(double seconds) {
        nanos += (long) (seconds * 1e9);
        state = fades.step(state, NOW);
        fades.commit();
        return shown();
    }

    private String shown() {
        return state.emotion().label() + " " + Math.round(state.intensity() * 100);
    }

    @Test
    void decay_fadesAndReturnsToTheEmotionFromBefore() throws RejectedUpdateException {
        assertThat(event("{'activity_type':'threat_analysis'}")).isEqualTo("analyzing 50");
        assertThat(event("{'progress':0.1,'discovery':'A breach of 2019'}")).isEqualTo("alert 100");
        long seq = state.seq();
        assertThat(after(1)).isEqualTo("alert 100");
        assertThat(state.seq()).as("no update without a step").isEqualTo(seq);
        assertThat(after(1.1)).isEqualTo("alert 80");
        assertThat(after(6)).isEqualTo("alert 20");
        assertThat(after(2)).isEqualTo("analyzing 50");
        assertThat(fades.isActive()).isFalse();
    }

    @Test
    void lowerPriority_setsWhatFollows() throws RejectedUpdateException {
        event("{'progress':0.1,'findings':[{'title':'Data-Leak found'}]}");
        assertThat(event("{'activity_type':'threat_analysis'}")).isEqualTo("alert 100");
        assertThat(event("{'progress':0.2,'discovery':'a note'}")).isEqualTo("alert 100");
        assertThat(after(10)).isEqualTo("analyzing 50");
    }

    @Test
    void repeatedDecay_returnsToTheLastLastingEmotion() throws RejectedUpdateException {
        event("{'progress':0.1,'discovery':'note'}");
        after(3);
        assertThat(event("{'progress':0.2,'discovery':'note two'}")).isEqualTo("curious 70");
        assertThat(after(4)).isEqualTo("neutral 50");
    }

    @Test
    void keywords_matchWholeWordsOnly() throws RejectedUpdateException {
        assertThat(event("{'progress':0.1,'discovery':'breached notes, data leak'}"))
                .isEqualTo("alert 100");
        assertThat(after(10)).isEqualTo("neutral 50");
        assertThat(event("{'progress':0.1,'discovery':'breaches denoted'}")).isEqualTo("neutral 50");
    }

    @Test
    void otherUpdate_endsTheFade() throws RejectedUpdateException {
        event("{'progress':0.1,'discovery':'breach'}");
        state = StateDocument.apply(
                new JsonFields(StateDocument.parse(json("{'emotion':'happy'}")), false), state, NOW);
        assertThat(after(20)).isEqualTo("happy 100");
    }

    @Test
    void restart_continuesTheFade() throws RejectedUpdateException {
        event("{'progress':0.1,'discovery':'breach'}");
        after(2.5);
        JournalRecord saved = JournalRecord.decode(
                new JournalRecord(state, Map.of(), fades.encode(NOW)).encode(), NOW.plusSeconds(5));
        EmotionFades next = new EmotionFades(() -> 77);
        next.restore(saved.fade().orElseThrow(), NOW.plusSeconds(5));
        AvatarState stepped = next.step(saved.state(), NOW);
        assertThat(stepped.emotion()).isEqualTo(Emotion.ALERT);
        assertThat(stepped.intensity()).as("7.5 s of 10").isEqualTo(0.4);
    }
}
