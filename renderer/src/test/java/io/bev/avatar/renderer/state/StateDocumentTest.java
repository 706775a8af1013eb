package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bev.avatar.renderer.state.AvatarState.Gaze;
import io.bev.avatar.renderer.state.AvatarState.Head;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateDocumentTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final AvatarState BASE = new AvatarState(
            10,
            Emotion.HAPPY,
            0.6,
            Optional.of(Activity.CRYPTO_TRACKING),
            new Head(0.1, 0.2, 0.3),
            new Gaze(0.4, -0.5),
            0.7,
            Map.of("jawOpen", 0.2),
            Optional.of(new Investigation("INV-1", 0.4, 3, 0.2, Optional.of("a clue"))),
            Instant.parse("2026-01-01T00:00:00Z"));

    private static AvatarState apply(String text) throws RejectedUpdateException {
        return apply(text, BASE);
    }

    private static AvatarState apply(String text, AvatarState base) throws RejectedUpdateException {
        return StateDocument.apply(new JsonFields(StateDocument.parse(json(text)), false), base, NOW);
    }

    private static RejectedUpdateException rejected(byte[] document) {
        return catchThrowableOfType(
                RejectedUpdateException.class,
                () -> StateDocument.apply(new JsonFields(StateDocument.parse(document), false), BASE, NOW));
    }

    @Test
    void designExample_isReadCompletely() throws RejectedUpdateException {
        AvatarState state = apply("""
            {"schema":1,"seq":1234,"emotion":"focused","intensity":0.8,"activity":"threat_analysis",
             "head":{"yaw":0.0,"pitch":0.0,"roll":0.0},"gaze":{"x":0.0,"y":0.0},"mouth":0.0,
             "blendshapes":{"jawOpen":0.2},"investigation":{"id":"INV-7","progress":0.4,"findings":3,"threatLevel":0.2,
             "lastDiscovery":"..."},"updatedAt":"2026-01-01T00:00:00Z"}\
            """);
        assertThat(state)
                .isEqualTo(new AvatarState(
                        1234,
                        Emotion.FOCUSED,
                        0.8,
                        Optional.of(Activity.THREAT_ANALYSIS),
                        new Head(0, 0, 0),
                        new Gaze(0, 0),
                        0,
                        Map.of("jawOpen", 0.2),
                        Optional.of(new Investigation("INV-7", 0.4, 3, 0.2, Optional.of("..."))),
                        Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void partialDocument_keepsOtherFields_andGetsNextNumber() throws RejectedUpdateException {
        AvatarState state =
                apply("{'emotion':'alert','head':{'yaw':-0.5},'investigation':{'progress':0.5},'colour':1}");
        assertThat(state.seq()).isEqualTo(11);
        assertThat(state.emotion()).isEqualTo(Emotion.ALERT);
        assertThat(state.head()).isEqualTo(new Head(-0.5, 0.2, 0.3));
        assertThat(state.investigation()).contains(new Investigation("INV-1", 0.5, 3, 0.2, Optional.of("a clue")));
        assertThat(state.blendshapes()).isEqualTo(BASE.blendshapes());
        assertThat(state.updatedAt()).isEqualTo(NOW);
    }

    @Test
    void blendshapes_replaceTheMap() throws RejectedUpdateException {
        assertThat(apply("{'blendshapes':{'tongueOut':1}}").blendshapes()).containsExactly(Map.entry("tongueOut", 1.0));
        assertThat(apply("{'blendshapes':{}}").blendshapes()).isEmpty();
        assertThat(apply("{'blendshapes':null}").blendshapes()).isEmpty();
    }

    @Test
    void newInvestigation_startsFromScratch() throws RejectedUpdateException {
        assertThat(apply("{'investigation':{'id':'INV-2'}}").investigation())
                .contains(new Investigation("INV-2", 0, 0, 0, Optional.empty()));
    }

    @Test
    void nulls_clear() throws RejectedUpdateException {
        assertThat(apply("{'activity':null}").activity()).isEmpty();
        assertThat(apply("{'investigation':null}").investigation()).isEmpty();
        assertThat(apply("{'investigation':{'lastDiscovery':null}}")
                        .investigation()
                        .orElseThrow()
                        .lastDiscovery())
                .isEmpty();
    }

    @Test
    void sameNumberAndContent_changesNothing() throws RejectedUpdateException {
        assertThat(apply("{'seq':10,'emotion':'happy','mouth':0.7}")).isSameAs(BASE);
        assertThat(StateDocument.apply(
                        new JsonFields(StateDocument.parse(StateDocument.write(BASE)), false), BASE, NOW))
                .isSameAs(BASE);
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/state-documents/rejected.csv", delimiter = '|', quoteCharacter = '`')
    void invalidDocument_isRejectedWithReasonAndField(String document, String reason, String field) {
        RejectedUpdateException rejection = rejected(json(document));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason().label()).isEqualTo(reason);
        assertThat(rejection.detail())
                .startsWith(field + ":")
                .hasSizeLessThan(600)
                .doesNotContain("\n");
    }

    @Test
    void emptyDocument_isRejected() {
        assertThat(rejected(new byte[0]).reason()).isEqualTo(RejectionReason.MALFORMED);
    }

    /** Documents beyond the limits of depth, tokens, text, number and size. */
    static List<String> hugeDocuments() {
        String deep = "{\"a\":".repeat(2000) + "1" + "}".repeat(2000);
        String wide = "{\"unknown\":[" + "1,".repeat(20_000) + "1]}";
        String longText = "{\"unknown\":\"" + "x".repeat(20_000) + "\"}";
        String longNumber = "{\"mouth\":" + "1".repeat(1000) + "}";
        String large = "{\"unknown\":\"" + "x".repeat(StateDocument.MAX_BYTES) + "\"}";
        return List.of(deep, wide, longText, longNumber, large);
    }

    @Test
    void hugeDocuments_areRejectedEarly() {
        for (String document : hugeDocuments()) {
            RejectedUpdateException rejection = rejected(document.getBytes(StandardCharsets.UTF_8));
            assertThat(rejection).as(document.substring(0, 20)).isNotNull();
            assertThat(rejection.reason()).isEqualTo(RejectionReason.TOO_LARGE);
        }
    }

    @Test
    void investigationWithoutIdAndWithoutCurrentOne_isRejected() {
        RejectedUpdateException rejection = catchThrowableOfType(
                RejectedUpdateException.class,
                () -> apply("{'investigation':{'progress':0.5}}", AvatarState.initial(NOW)));
        assertThat(rejection.reason()).isEqualTo(RejectionReason.MISSING_FIELD);
    }

    @Test
    void writeThenRead_givesSameState() throws RejectedUpdateException {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            AvatarState state = randomState(random);
            byte[] written = StateDocument.write(state);
            assertThat(StateDocument.read(written, NOW))
                    .as("seed %d, case %d", seed, i)
                    .isEqualTo(state);
            assertThat(written.length).isLessThan(StateDocument.MAX_BYTES / 4);
            JournalRecord saved = new JournalRecord(state, Map.of("avatar:state:updates", "17-" + i), Optional.empty());
            assertThat(JournalRecord.decode(saved.encode(), NOW)).isEqualTo(saved);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytes_areRejectedWithoutOtherErrors(long seed) {
        Random random = new Random(seed);
        byte[] whole = StateDocument.write(BASE.withSeq(99));
        for (int i = 0; i < 3000; i++) {
            byte[] broken = whole.clone();
            for (int n = 0; n <= random.nextInt(3); n++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                AvatarState state = StateDocument.apply(new JsonFields(StateDocument.parse(broken), false), BASE, NOW);
                assertThat(state.intensity()).as("seed %d, case %d", seed, i).isBetween(0.0, 1.0);
                assertThat(state.seq()).isGreaterThanOrEqualTo(BASE.seq());
            } catch (RejectedUpdateException e) {
                assertThat(e.detail()).isNotBlank();
            }
        }
    }

    @Test
    void seq_farAboveTheCurrent_isRejected_soThatNoUpdateUsesUpTheNumbers() {
        assertThatThrownBy(() -> apply("{'seq':" + StateDocument.MAX_SEQ + "}", BASE))
                .isInstanceOf(RejectedUpdateException.class)
                .hasMessageContaining("send the next number");
        assertThatCode(() -> apply("{'seq':" + (BASE.seq() + StateDocument.MAX_JUMP) + "}", BASE))
                .doesNotThrowAnyException();
    }

    private static <T> T any(T[] of, Random random) {
        return of[random.nextInt(of.length)];
    }

    private static AvatarState randomState(Random random) {
        Map<String, Double> shapes = new HashMap<>();
        for (String name : ArkitBlendshapes.NAMES) {
            if (random.nextInt(3) == 0) {
                shapes.put(name, random.nextDouble());
            }
        }
        String text = random.nextBoolean() ? "Grüße \"\\\u0001\uD83D\uDE00" : "x".repeat(random.nextInt(512));
        return new AvatarState(
                (long) (random.nextDouble() * StateDocument.MAX_SEQ),
                any(Emotion.values(), random),
                random.nextDouble(),
                Optional.of(any(Activity.values(), random)).filter(a -> random.nextBoolean()),
                new Head(random.nextDouble(), -random.nextDouble(), random.nextDouble()),
                new Gaze(random.nextDouble(), -random.nextDouble()),
                random.nextDouble(),
                shapes,
                Optional.of(new Investigation(
                                "id" + random.nextInt(),
                                random.nextDouble(),
                                random.nextInt(1000),
                                random.nextDouble(),
                                Optional.of(text).filter(t -> random.nextBoolean())))
                        .filter(a -> random.nextBoolean()),
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
    }
}
