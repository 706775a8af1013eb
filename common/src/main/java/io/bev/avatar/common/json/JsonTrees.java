package io.bev.avatar.common.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads JSON or YAML into trees and writes trees as JSON, as an {@code ObjectMapper} does with {@link JsonNode}, but without
 * data binding, whose classes cost five megabytes. An empty document is a missing node. The last of duplicate keys counts,
 * unless duplicates are an error. Content after the first value is ignored. Depth and size are limited. Thread-safe.
 */
public final class JsonTrees {

    /** Maximum nesting; each level takes a stack frame, and the exporter's threads have 256 KiB. */
    public static final int MAX_DEPTH = 64;

    /** Maximum characters of a string or name. */
    public static final int MAX_TEXT_LENGTH = 1 << 20;

    /** Maximum bytes or characters of a document. */
    public static final int MAX_DOCUMENT_LENGTH = 16 << 20;

    /**
     * Limit of keys, values and brackets in a text: a tree has up to 40 times the bytes of its text, and this one fits into
     * the exporter's heap of 32 MB.
     */
    static final int MAX_TOKENS = 250_000;

    private static final int MAX_NUMBER_LENGTH = 1000;

    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxStringLength(MAX_TEXT_LENGTH)
            .maxNameLength(MAX_TEXT_LENGTH)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxTokenCount(MAX_TOKENS)
            .build();

    /** Standard JSON. */
    public static final JsonTrees JSON =
            new JsonTrees(JsonFactory.builder().streamReadConstraints(LIMITS).build());

    /** YAML; duplicate keys are an error. */
    public static final JsonTrees YAML = new JsonTrees(yaml());

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonFactory factory;

    /** Not by its builder, which reads an empty value as a text rather than as null. */
    private static YAMLFactory yaml() {
        YAMLFactory factory = new YAMLFactory();
        factory.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        factory.setStreamReadConstraints(LIMITS);
        return factory;
    }

    private JsonTrees(JsonFactory factory) {
        this.factory = factory;
    }

    /** An object to fill. */
    public static ObjectNode object() {
        return NODES.objectNode();
    }

    /** A list to fill. */
    public static ArrayNode array() {
        return NODES.arrayNode();
    }

    /** @throws JsonProcessingException when it is malformed or exceeds a limit */
    public JsonNode read(String text) throws JsonProcessingException {
        checkLength(text.length());
        try (JsonParser parser = factory.createParser(text)) {
            return document(parser);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be read", e);
        }
    }

    /** @throws IOException when it is malformed, exceeds a limit, or is no text */
    public JsonNode read(byte[] text) throws IOException {
        checkLength(text.length);
        try (JsonParser parser = factory.createParser(text)) {
            return document(parser);
        }
    }

    private static void checkLength(int length) throws StreamConstraintsException {
        if (length > MAX_DOCUMENT_LENGTH) {
            throw tooLarge();
        }
    }

    /** In place of the library's text, which names Java methods. */
    private static StreamConstraintsException tooLarge() {
        return new StreamConstraintsException("larger than expected: at most " + MAX_DEPTH + " nested levels, "
                + MAX_TOKENS
                + " keys, values and brackets, texts of "
                + MAX_TEXT_LENGTH + " characters, numbers of " + MAX_NUMBER_LENGTH + " digits, " + MAX_DOCUMENT_LENGTH
                + " bytes in all");
    }

    private static JsonNode document(JsonParser parser) throws IOException {
        try {
            return parser.nextToken() == null ? NODES.missingNode() : value(parser);
        } catch (StreamConstraintsException e) {
            throw tooLarge();
        }
    }

    /** The value whose first token is the current one; ends at its last. */
    private static JsonNode value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.set(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_EMBEDDED_OBJECT -> NODES.binaryNode(parser.getBinaryValue());
            default -> NODES.textNode(parser.getText());
        };
    }

    private static JsonNode integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    /** {@code tree} as one line of JSON. */
    public static String write(JsonNode tree) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.factory.createGenerator(text)) {
            write(tree, out);
        } catch (IOException e) {
            throw new UncheckedIOException("a tree of texts and numbers can be written", e);
        }
        return text.toString();
    }

    /** As {@link #write(JsonNode)}, in UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        return write(tree).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonNode node, JsonGenerator out) throws IOException {
        switch (node.getNodeType()) {
            case OBJECT -> {
                out.writeStartObject();
                for (Map.Entry<String, JsonNode> field : node.properties()) {
                    out.writeFieldName(field.getKey());
                    write(field.getValue(), out);
                }
                out.writeEndObject();
            }
            case ARRAY -> {
                out.writeStartArray();
                for (JsonNode element : node) {
                    write(element, out);
                }
                out.writeEndArray();
            }
            case NUMBER -> number(node, out);
            case BOOLEAN -> out.writeBoolean(node.booleanValue());
            case STRING -> out.writeString(node.textValue());
            case NULL, MISSING -> out.writeNull();
            default -> throw new IllegalArgumentException("a tree with a " + node.getNodeType() + " has no JSON");
        }
    }

    private static void number(JsonNode node, JsonGenerator out) throws IOException {
        switch (node.numberType()) {
            case INT, LONG -> out.writeNumber(node.longValue());
            case BIG_INTEGER -> out.writeNumber(node.bigIntegerValue());
            case BIG_DECIMAL -> out.writeNumber(node.decimalValue());
            default -> out.writeNumber(node.doubleValue());
        }
    }
}
