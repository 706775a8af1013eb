package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamEntryTest {

    private static StreamEntry entry(String... namesAndValues) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return new StreamEntry("1-1", fields);
    }

    private static AvatarState apply(String... namesAndValues) throws RejectedUpdateException {
        Instant now = Instant.EPOCH;
        return StateDocument.apply(entry(namesAndValues).document(), AvatarState.initial(now), now);
    }

    @Test
    void flatFields_areADocument() throws RejectedUpdateException {
        AvatarState state = apply(
                "seq",
                "7",
                "emotion",
                "alert",
                "activity",
                "",
                "gaze.x",
                "-0.5",
                "blendshapes.jawOpen",
                "0.25",
                "blendshapes.tongueOut",
                "1",
                "investigation.id",
                "42",
                "investigation.findings",
                "3");
        assertThat(state.seq()).isEqualTo(7);
        assertThat(state.emotion()).isEqualTo(Emotion.ALERT);
        assertThat(state.activity()).isEmpty();
        assertThat(state.gaze().x()).isEqualTo(-0.5);
        assertThat(state.blendshapes()).isEqualTo(Map.of("jawOpen", 0.25, "tongueOut", 1.0));
        assertThat(state.investigation().orElseThrow().id()).isEqualTo("42");
        assertThat(state.investigation().orElseThrow().findings()).isEqualTo(3);
    }

    @Test
    void flatEvent_acceptsListsAsJson() throws RejectedUpdateException {
        ThreatScale scale = new ThreatScale(Map.of("high", 0.5), 0.1);
        OsintEvent event = OsintEvent.of(
                entry(
                                "activity_type", "breach_analysis",
                                "progress", "0.5",
                                "findings", "[\"a\",\"b\"]",
                                "threat_indicators", "[{\"severity\":\"high\"}]")
                        .document(),
                scale);
        assertThat(event.findings()).hasValue(2);
        assertThat(event.threatLevel()).hasValue(0.5);
        assertThat(event.discovery()).contains("b");
        assertThat(OsintEvent.of(entry("threat_indicators", "1").document(), scale)
                        .threatLevel())
                .hasValueCloseTo(0.1, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(OsintEvent.of(entry("threat_indicators", "1.0").document(), scale)
                        .threatLevel())
                .hasValue(1.0);
    }

    @Test
    void sameEventFlatAndAsJson_isEqual() throws RejectedUpdateException {
        ThreatScale scale = new ThreatScale(Map.of(), 0.1);
        assertThat(OsintEvent.of(entry("investigation_id", "A", "findings", "2").document(), scale))
                .isEqualTo(OsintEvent.of(
                        entry("json", "{\"findings\":2,\"investigation_id\":\"A\"}")
                                .document(),
                        scale));
    }

    @ParameterizedTest
    @CsvSource({
        "mouth, wide, wrong_type",
        "mouth, NaN, out_of_range",
        "mouth, 2, out_of_range",
        "emotion, , unknown_emotion",
        "blendshapes.nose, 1, unknown_blendshape",
        "findings, [1, malformed",
        "json, '{', malformed",
        "head, 1, wrong_type",
    })
    void invalidFields_areRejected(String name, String value, String reason) {
        RejectedUpdateException rejection =
                catchThrowableOfType(RejectedUpdateException.class, () -> apply(name, value == null ? "" : value));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason().label()).isEqualTo(reason);
    }

    @Test
    void entryWithoutFieldsOrTooLarge_isRejected() {
        assertThat(catchThrowableOfType(RejectedUpdateException.class, () -> apply())
                        .reason())
                .isEqualTo(RejectionReason.MISSING_FIELD);
        String large = "x".repeat(StateDocument.MAX_BYTES);
        assertThat(catchThrowableOfType(RejectedUpdateException.class, () -> apply("note", large))
                        .reason())
                .isEqualTo(RejectionReason.TOO_LARGE);
    }

    @Test
    void ids_compareByTimeThenNumber() {
        assertThat(StreamEntry.isUpTo("5-1", "5-1")).isTrue();
        assertThat(StreamEntry.isUpTo("5-2", "5-10")).isTrue();
        assertThat(StreamEntry.isUpTo("10-0", "9-99")).isFalse();
        assertThat(StreamEntry.before("5-1")).isEqualTo("5-0");
        assertThat(StreamEntry.before("5-0")).isEqualTo("4-18446744073709551615");
        assertThat(StreamEntry.before("0-0")).isEqualTo("0-0");
    }
}
