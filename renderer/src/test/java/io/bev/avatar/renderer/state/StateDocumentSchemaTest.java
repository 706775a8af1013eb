package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.bev.avatar.renderer.state.AvatarState.Gaze;
import io.bev.avatar.renderer.state.AvatarState.Head;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published JSON Schema and the parser accept the same documents, except for the limits named in the schema's comment. */
class StateDocumentSchemaTest {

    private static final Path SCHEMA = Path.of("../docs/reference/state-document.schema.json");
    private static final Path ACCEPTED = Path.of("src/test/resources/state-documents/accepted.txt");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final AvatarState BASE = new AvatarState(
            10,
            Emotion.HAPPY,
            0.6,
            Optional.empty(),
            new Head(0, 0, 0),
            new Gaze(0, 0),
            0.7,
            Map.of(),
            Optional.of(new Investigation("INV-1", 0.4, 3, 0.2, Optional.empty())),
            NOW);

    /** Rejected by the parser alone: stale numbers, duplicate names, and content after the object. */
    private static final Set<String> BEYOND_SCHEMA = Set.of(
            "{'seq':10,'emotion':'alert'}",
            "{'seq':9}",
            "{'emotion':'happy','emotion':'alert'}",
            "{'emotion':'happy'} {}");

    /** Values of every kind, within and beyond the ranges of all fields. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "[]",
            "{}",
            "-1.6",
            "-1",
            "-0.5",
            "0",
            "0.5",
            "1",
            "1.01",
            "1.5707963267948966",
            "2",
            "11.0",
            "11.5",
            "1000000000",
            "1000000001",
            "4503599627370496",
            "4503599627370497",
            "''",
            "' '",
            "'11'",
            "'happy'",
            "'HAPPY'",
            "'threat_analysis'",
            "'2026-01-01T00:00:00Z'",
            "'2026-01-01T00:00:00+01:00'",
            "'2026-01-01'",
            "'" + "x".repeat(128) + "'",
            "'" + "x".repeat(129) + "'",
            "'" + "x".repeat(513) + "'");

    private static final List<String> FIELDS = List.of(
            "schema",
            "seq",
            "emotion",
            "intensity",
            "activity",
            "head",
            "head.yaw",
            "head.pitch",
            "head.roll",
            "gaze",
            "gaze.x",
            "gaze.y",
            "mouth",
            "blendshapes",
            "blendshapes.jawOpen",
            "blendshapes.other",
            "investigation",
            "investigation.id",
            "investigation.progress",
            "investigation.findings",
            "investigation.threatLevel",
            "investigation.lastDiscovery",
            "updatedAt",
            "other");

    private static Schema schema;

    @BeforeAll
    static void readSchema() throws IOException {
        schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(JSON.readTree(SCHEMA.toFile()));
    }

    static List<String> accepted() throws IOException {
        return Files.readAllLines(ACCEPTED).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    static List<String> hugeDocuments() {
        return StateDocumentTest.hugeDocuments();
    }

    /** Why the parser rejects a document; empty if it accepts it. */
    private static Optional<RejectionReason> rejection(byte[] document) {
        try {
            StateDocument.applySaved(new JsonFields(StateDocument.parse(document), false), BASE, NOW);
            return Optional.empty();
        } catch (RejectedUpdateException e) {
            return Optional.of(e.reason());
        }
    }

    private static boolean isValid(byte[] document) throws IOException {
        try {
            JsonNode tree = JSON.readTree(document);
            return schema.validate(tree).isEmpty();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptedDocument_isValid(String document) {
        assertThat(rejection(json(document))).isEmpty();
        assertThat(schema.validate(tree(document))).isEmpty();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/state-documents/rejected.csv", delimiter = '|', quoteCharacter = '`')
    void rejectedDocument_isInvalid_exceptBeyondTheSchema(String document) throws IOException {
        assertThat(rejection(json(document))).isPresent();
        assertThat(isValid(json(document))).isEqualTo(BEYOND_SCHEMA.contains(document));
    }

    @ParameterizedTest
    @MethodSource("hugeDocuments")
    void hugeDocument_isRejectedByTheParserAlone_ifItsFieldsAreValid(String document) throws IOException {
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        assertThat(rejection(bytes)).contains(RejectionReason.TOO_LARGE);
        boolean unknownFieldOnly = !document.contains("mouth");
        assertThat(isValid(bytes) || document.startsWith("{\"a\"")).isEqualTo(unknownFieldOnly);
    }

    @Test
    void dateOutsideTheCalendar_isRejectedByTheParserAlone() throws IOException {
        byte[] document = json("{'updatedAt':'2026-02-30T00:00:00Z'}");
        assertThat(rejection(document)).contains(RejectionReason.OUT_OF_RANGE);
        assertThat(isValid(document)).isTrue();
    }

    @Test
    void examplesOfTheSchema_areValidAndAccepted() throws IOException {
        JsonNode examples = JSON.readTree(SCHEMA.toFile()).path("examples");
        assertThat(examples).isNotEmpty();
        for (JsonNode example : examples) {
            byte[] document = JSON.writeValueAsBytes(example);
            assertThat(rejection(document)).as(example.toString()).isEmpty();
            assertThat(schema.validate(example)).as(example.toString()).isEmpty();
        }
    }

    @Test
    void writtenState_isValid() throws IOException {
        assertThat(isValid(StateDocument.write(BASE))).isTrue();
        assertThat(isValid(StateDocument.write(AvatarState.initial(NOW)))).isTrue();
    }

    @Test
    void everyFieldWithEveryValue_getsTheSameAnswer() throws IOException {
        for (String field : FIELDS) {
            for (String value : VALUES) {
                ObjectNode document = JsonNodeFactory.instance.objectNode();
                put(document, field, value);
                assertSameAnswer(document, document.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomDocument_getsTheSameAnswer(long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            for (int n = random.nextInt(4); n >= 0; n--) {
                put(document, any(FIELDS, random), any(VALUES, random));
            }
            assertSameAnswer(document, "seed " + seed + ", case " + i + ": " + document);
        }
    }

    private static void assertSameAnswer(ObjectNode document, String description) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(document);
        Optional<RejectionReason> rejection = rejection(bytes);
        if (!rejection.equals(Optional.of(RejectionReason.STALE))) {
            assertThat(isValid(bytes)).as(description).isEqualTo(rejection.isEmpty());
        }
    }

    private static void put(ObjectNode document, String path, String value) {
        int dot = path.indexOf('.');
        ObjectNode parent = dot < 0
                ? document
                : document.get(path.substring(0, dot)) instanceof ObjectNode object
                        ? object
                        : document.putObject(path.substring(0, dot));
        parent.set(path.substring(dot + 1), tree(value));
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(json(text));
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static <T> T any(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }
}
