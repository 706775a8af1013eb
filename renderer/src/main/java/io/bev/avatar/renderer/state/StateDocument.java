package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.state.AvatarState.Gaze;
import io.bev.avatar.renderer.state.AvatarState.Head;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The JSON document of an {@link AvatarState}: parsing, merging into the current state, and writing.
 *
 * <p>All fields are optional; absent ones keep their value. {@code head}, {@code gaze} and {@code investigation} are
 * merged field by field (an investigation with another id starts from scratch); {@code blendshapes} replaces the
 * whole map. {@code null} clears {@code activity}, {@code investigation}, {@code lastDiscovery} and {@code
 * blendshapes}. Unknown fields are ignored; blendshapes without an ARKit name are rejected. {@code schema} defaults
 * to {@link AvatarState#SCHEMA}.
 */
public final class StateDocument {

    /** Maximum size of a document. */
    static final int MAX_BYTES = 64 * 1024;

    /** Maximum sequence number set by a client; leaves room for increments and is exact in a double. */
    static final long MAX_SEQ = 1L << 52;

    /** Maximum step of a number set by a client: one update must not use up the numbers of all others. */
    static final long MAX_JUMP = 1_000_000;

    static final int MAX_ID = 128;
    static final int MAX_DISCOVERY = 512;
    static final int MAX_FINDINGS = 1_000_000_000;
    private static final int MAX_TEXT = 1024;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(MAX_BYTES)
                            .maxNestingDepth(16)
                            .maxStringLength(8 * 1024)
                            .maxNameLength(256)
                            .maxNumberLength(64)
                            .maxTokenCount(10_000)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StateDocument() {}

    /** Parses a JSON object within the limits of size and depth. */
    static ObjectNode parse(byte[] json) throws RejectedUpdateException {
        if (json.length > MAX_BYTES) {
            throw new RejectedUpdateException(
                    RejectionReason.TOO_LARGE,
                    "document: found " + json.length + " bytes, expected at most " + MAX_BYTES);
        }
        try {
            JsonNode tree = JSON.readTree(json);
            if (tree instanceof ObjectNode object) {
                return object;
            }
            throw new RejectedUpdateException(
                    RejectionReason.MALFORMED,
                    "document: found " + (tree.isMissingNode() ? "nothing" : "a JSON " + kind(tree))
                            + ", expected a JSON object");
        } catch (StreamConstraintsException e) {
            throw new RejectedUpdateException(RejectionReason.TOO_LARGE, "document: " + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw new RejectedUpdateException(RejectionReason.MALFORMED, "document: not JSON" + location(e), e);
        } catch (IOException e) {
            throw new RejectedUpdateException(
                    RejectionReason.MALFORMED, "document: not UTF-8 JSON (" + e.getMessage() + ")", e);
        }
    }

    private static String kind(JsonNode tree) {
        return tree.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static String location(JsonProcessingException e) {
        String message = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
        String line = message.lines().findFirst().orElse("");
        String shown = line.length() <= 160 ? line : line.substring(0, 160) + "...";
        return e.getLocation() == null
                ? " (" + shown + ")"
                : " at line " + e.getLocation().getLineNr() + " column "
                        + e.getLocation().getColumnNr() + " (" + shown + ")";
    }

    /**
     * Merges a document into {@code base}.
     *
     * <p>Without {@code seq} the result has the next number. A given number must be above {@code base}'s; the same
     * number with the same content is a repetition and returns {@code base} itself.
     *
     * @throws RejectedUpdateException when a field is invalid or the number is stale
     */
    static AvatarState apply(JsonFields fields, AvatarState base, Instant now) throws RejectedUpdateException {
        OptionalLong seq = fields.integer("seq", 0, MAX_SEQ);
        if (seq.isPresent() && seq.getAsLong() - base.seq() > MAX_JUMP) {
            throw new RejectedUpdateException(
                    RejectionReason.OUT_OF_RANGE,
                    "seq: found " + seq.getAsLong() + ", expected at most " + (base.seq() + MAX_JUMP) + ", "
                            + MAX_JUMP + " above the current number (read the state and send the next number, or omit"
                            + " seq)");
        }
        return applySaved(fields, base, now);
    }

    /** Like {@link #apply}, for a state saved before, whose number may be any. */
    static AvatarState applySaved(JsonFields fields, AvatarState base, Instant now) throws RejectedUpdateException {
        OptionalLong seq = fields.integer("seq", 0, MAX_SEQ);
        if (seq.isEmpty()) {
            return merge(fields, base, base.seq() + 1, now);
        }
        if (seq.getAsLong() > base.seq()) {
            return merge(fields, base, seq.getAsLong(), now);
        }
        if (seq.getAsLong() == base.seq()
                && merge(fields, base, base.seq(), base.updatedAt()).equals(base)) {
            return base;
        }
        throw new RejectedUpdateException(
                RejectionReason.STALE,
                "seq: found " + seq.getAsLong() + ", expected more than " + base.seq()
                        + " (read the state and send the next number, or omit seq)");
    }

    /** Reads a complete saved document, independent of any current state. */
    static AvatarState read(byte[] json, Instant now) throws RejectedUpdateException {
        JsonFields fields = new JsonFields(parse(json), false);
        AvatarState blank = AvatarState.initial(now);
        return merge(fields, blank, fields.integer("seq", 0, 2 * MAX_SEQ - 1).orElse(0), now);
    }

    private static AvatarState merge(JsonFields fields, AvatarState base, long seq, Instant now)
            throws RejectedUpdateException {
        checkSchema(fields);
        return new AvatarState(
                seq,
                emotion(fields).orElse(base.emotion()),
                fields.number("intensity", 0, 1).orElse(base.intensity()),
                activity(fields, "activity", base.activity()),
                head(fields, base.head()),
                gaze(fields, base.gaze()),
                fields.number("mouth", 0, 1).orElse(base.mouth()),
                blendshapes(fields, base.blendshapes()),
                investigation(fields, base.investigation()),
                updatedAt(fields).orElse(now));
    }

    private static void checkSchema(JsonFields fields) throws RejectedUpdateException {
        if (fields.has("schema")
                && fields.integer("schema", 0, Integer.MAX_VALUE).orElse(0) != AvatarState.SCHEMA) {
            throw fields.invalid(
                    RejectionReason.UNSUPPORTED_SCHEMA,
                    "schema",
                    fields.raw("schema"),
                    String.valueOf(AvatarState.SCHEMA));
        }
    }

    private static Optional<Emotion> emotion(JsonFields fields) throws RejectedUpdateException {
        Optional<String> label = fields.text("emotion", MAX_TEXT);
        Optional<Emotion> emotion = label.flatMap(Emotion::of);
        if (label.isPresent() && emotion.isEmpty()) {
            throw fields.invalid(
                    RejectionReason.UNKNOWN_EMOTION,
                    "emotion",
                    fields.raw("emotion"),
                    "one of " + labels(Emotion.values()));
        }
        return emotion;
    }

    /** The activity in field {@code name}; {@code current} if absent, empty if null. */
    static Optional<Activity> activity(JsonFields fields, String name, Optional<Activity> current)
            throws RejectedUpdateException {
        if (fields.isNull(name)) {
            return Optional.empty();
        }
        Optional<String> label = fields.text(name, MAX_TEXT);
        if (label.isEmpty()) {
            return current;
        }
        Optional<Activity> activity = label.flatMap(Activity::of);
        if (activity.isEmpty()) {
            throw fields.invalid(
                    RejectionReason.UNKNOWN_ACTIVITY, name, fields.raw(name), "one of " + labels(Activity.values()));
        }
        return activity;
    }

    private static Head head(JsonFields fields, Head base) throws RejectedUpdateException {
        Optional<JsonFields> head = fields.object("head");
        if (head.isEmpty()) {
            return base;
        }
        double right = Math.PI / 2;
        return new Head(
                head.get().number("yaw", -right, right).orElse(base.yaw()),
                head.get().number("pitch", -right, right).orElse(base.pitch()),
                head.get().number("roll", -right, right).orElse(base.roll()));
    }

    private static Gaze gaze(JsonFields fields, Gaze base) throws RejectedUpdateException {
        Optional<JsonFields> gaze = fields.object("gaze");
        return gaze.isEmpty()
                ? base
                : new Gaze(
                        gaze.get().number("x", -1, 1).orElse(base.x()),
                        gaze.get().number("y", -1, 1).orElse(base.y()));
    }

    private static Map<String, Double> blendshapes(JsonFields fields, Map<String, Double> base)
            throws RejectedUpdateException {
        if (fields.isNull("blendshapes")) {
            return Map.of();
        }
        Optional<JsonFields> shapes = fields.object("blendshapes");
        if (shapes.isEmpty()) {
            return base;
        }
        Map<String, Double> weights = shapes.get().numbers(0, 1);
        for (String name : weights.keySet()) {
            if (ArkitBlendshapes.indexOf(name).isEmpty()) {
                throw shapes.get()
                        .invalid(
                                RejectionReason.UNKNOWN_BLENDSHAPE,
                                name,
                                shapes.get().raw(name),
                                "one of the " + ArkitBlendshapes.COUNT + " ARKit names, such as jawOpen");
            }
        }
        return weights;
    }

    private static Optional<Investigation> investigation(JsonFields fields, Optional<Investigation> current)
            throws RejectedUpdateException {
        if (fields.isNull("investigation")) {
            return Optional.empty();
        }
        Optional<JsonFields> given = fields.object("investigation");
        if (given.isEmpty()) {
            return current;
        }
        JsonFields of = given.get();
        Optional<String> id = of.text("id", MAX_ID);
        if (id.isEmpty() ? current.isEmpty() : id.get().isBlank()) {
            throw of.invalid(RejectionReason.MISSING_FIELD, "id", of.raw("id"), "the id of the investigation");
        }
        Investigation base = current.filter(known -> id.isEmpty() || known.id().equals(id.get()))
                .orElseGet(() -> new Investigation(id.orElseThrow(), 0, 0, 0, Optional.empty()));
        Optional<String> discovery = of.isNull("lastDiscovery")
                ? Optional.empty()
                : of.text("lastDiscovery", MAX_DISCOVERY).or(base::lastDiscovery);
        return Optional.of(new Investigation(
                base.id(),
                of.number("progress", 0, 1).orElse(base.progress()),
                (int) of.integer("findings", 0, MAX_FINDINGS).orElse(base.findings()),
                of.number("threatLevel", 0, 1).orElse(base.threatLevel()),
                discovery));
    }

    private static Optional<Instant> updatedAt(JsonFields fields) throws RejectedUpdateException {
        Optional<String> text = fields.text("updatedAt", MAX_TEXT);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text.get()));
        } catch (DateTimeException e) {
            throw fields.invalid(
                    RejectionReason.OUT_OF_RANGE,
                    "updatedAt",
                    fields.raw("updatedAt"),
                    "a time such as 2026-01-01T00:00:00Z");
        }
    }

    private static String labels(Enum<?>[] constants) {
        StringBuilder labels = new StringBuilder();
        for (Enum<?> constant : constants) {
            labels.append(labels.isEmpty() ? "" : " ").append(constant.name().toLowerCase(Locale.ROOT));
        }
        return labels.toString();
    }

    /** The complete document; {@code activity} and {@code investigation} are null if there is none. */
    public static ObjectNode tree(AvatarState state) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("schema", AvatarState.SCHEMA);
        node.put("seq", state.seq());
        node.put("emotion", state.emotion().label());
        node.put("intensity", state.intensity());
        node.put("activity", state.activity().map(Activity::label).orElse(null));
        node.putObject("head")
                .put("yaw", state.head().yaw())
                .put("pitch", state.head().pitch())
                .put("roll", state.head().roll());
        node.putObject("gaze").put("x", state.gaze().x()).put("y", state.gaze().y());
        node.put("mouth", state.mouth());
        ObjectNode shapes = node.putObject("blendshapes");
        ArkitBlendshapes.NAMES.stream()
                .filter(state.blendshapes()::containsKey)
                .forEach(name -> shapes.put(name, state.blendshapes().get(name)));
        node.set(
                "investigation",
                state.investigation().<JsonNode>map(StateDocument::tree).orElseGet(JsonNodeFactory.instance::nullNode));
        node.put("updatedAt", state.updatedAt().toString());
        return node;
    }

    private static ObjectNode tree(Investigation investigation) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", investigation.id());
        node.put("progress", investigation.progress());
        node.put("findings", investigation.findings());
        node.put("threatLevel", investigation.threatLevel());
        node.put("lastDiscovery", investigation.lastDiscovery().orElse(null));
        return node;
    }

    /** {@link #tree(AvatarState)} as JSON in UTF-8. */
    public static byte[] write(AvatarState state) {
        return tree(state).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** {@code base} with the investigation and activity of such a value as {@link #investigation(AvatarState)} writes. */
    static AvatarState withInvestigation(JsonFields saved, AvatarState base, Instant now)
            throws RejectedUpdateException {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.set("schema", saved.raw("schema"));
        root.set("activity", saved.raw("activity"));
        ObjectNode own = root.putObject("investigation");
        for (String name : new String[] {"id", "progress", "findings", "threatLevel", "lastDiscovery"}) {
            if (saved.has(name)) {
                own.set(name, saved.raw(name));
            }
        }
        return merge(new JsonFields(root, false), base, base.seq() + 1, now);
    }

    /** Value of {@code osint:current_investigation}: the investigation with activity, sequence number and time. */
    static Optional<byte[]> investigation(AvatarState state) {
        return state.investigation().map(investigation -> {
            ObjectNode node = tree(investigation);
            node.put("schema", AvatarState.SCHEMA);
            node.put("activity", state.activity().map(Activity::label).orElse(null));
            node.put("seq", state.seq());
            node.put("updatedAt", state.updatedAt().toString());
            return node.toString().getBytes(StandardCharsets.UTF_8);
        });
    }
}
