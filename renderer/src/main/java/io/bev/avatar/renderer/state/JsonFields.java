package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The fields of one JSON object, read with their types and ranges checked. A field that is absent reads as empty; {@code
 * null} is a wrong type except where a caller asks {@link #isNull} first.
 */
final class JsonFields {

    private static final int SHOWN_CHARACTERS = 60;

    private final ObjectNode node;
    private final String path;
    private final boolean textual;

    /**
     * @param textual whether numbers may come as text, as they do in the flat fields of a stream entry
     */
    JsonFields(ObjectNode node, boolean textual) {
        this(node, "", textual);
    }

    private JsonFields(ObjectNode node, String path, boolean textual) {
        this.node = node;
        this.path = path;
        this.textual = textual;
    }

    boolean has(String name) {
        return node.has(name);
    }

    /** Whether the field is there and empty: {@code null}, or an empty text among flat fields. */
    boolean isNull(String name) {
        JsonNode value = node.path(name);
        return value.isNull()
                || (textual && value.isTextual() && value.textValue().isEmpty());
    }

    /** The raw value; a missing node when absent. */
    JsonNode raw(String name) {
        return node.path(name);
    }

    /** A finite number in {@code [min, max]}. */
    OptionalDouble number(String name, double min, double max) throws RejectedUpdateException {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(number(name, value, min, max));
    }

    private double number(String name, JsonNode value, double min, double max) throws RejectedUpdateException {
        String expected = "a number from " + plain(min) + " to " + plain(max);
        double number = asNumber(name, value, expected);
        if (!(number >= min && number <= max)) {
            throw bad(RejectionReason.OUT_OF_RANGE, name, value, expected);
        }
        return number == 0 ? 0 : number;
    }

    private double asNumber(String name, JsonNode value, String expected) throws RejectedUpdateException {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (textual && value.isTextual()) {
            try {
                return Double.parseDouble(value.textValue());
            } catch (NumberFormatException e) {
                throw bad(RejectionReason.WRONG_TYPE, name, value, expected);
            }
        }
        throw bad(RejectionReason.WRONG_TYPE, name, value, expected);
    }

    /** A whole number in {@code [min, max]}, both below 2^53. */
    OptionalLong integer(String name, long min, long max) throws RejectedUpdateException {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return OptionalLong.empty();
        }
        String expected = "a whole number from " + min + " to " + max;
        double number = asNumber(name, value, expected);
        if (!(number >= min && number <= max)) {
            throw bad(RejectionReason.OUT_OF_RANGE, name, value, expected);
        }
        if (number != Math.rint(number)) {
            throw bad(RejectionReason.WRONG_TYPE, name, value, expected);
        }
        return OptionalLong.of((long) number);
    }

    /** A text of at most {@code maxLength} characters. */
    Optional<String> text(String name, int maxLength) throws RejectedUpdateException {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw bad(RejectionReason.WRONG_TYPE, name, value, "a text");
        }
        if (value.textValue().length() > maxLength) {
            throw bad(RejectionReason.OUT_OF_RANGE, name, value, "at most " + maxLength + " characters");
        }
        return Optional.of(value.textValue());
    }

    /** A nested object. */
    Optional<JsonFields> object(String name) throws RejectedUpdateException {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!(value instanceof ObjectNode nested)) {
            throw bad(RejectionReason.WRONG_TYPE, name, value, "an object");
        }
        return Optional.of(new JsonFields(nested, path + name + ".", textual));
    }

    /** Every field of this object as a number in {@code [min, max]}, in the document's order. */
    Map<String, Double> numbers(double min, double max) throws RejectedUpdateException {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            numbers.put(field.getKey(), number(field.getKey(), field.getValue(), min, max));
        }
        return numbers;
    }

    /** The refusal of a field's value. */
    RejectedUpdateException bad(RejectionReason reason, String name, JsonNode value, String expected) {
        return new RejectedUpdateException(reason, path + name + ": found " + shown(value) + ", expected " + expected);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
