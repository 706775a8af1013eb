package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Typed access to the fields of a JSON object, with checks of type and range. An absent field is empty; {@code null}
 * is a wrong type unless the caller checks {@link #isNull} first.
 */
final class JsonFields {

    private static final int MAX_SHOWN_CHARACTERS = 60;

    private final ObjectNode node;
    private final String path;
    private final boolean textual;

    /**
     * @param textual whether numbers may be given as text, as in the flat fields of a stream entry
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

    /** Whether the field is present and empty: {@code null}, or an empty text in flat fields. */
    boolean isNull(String name) {
        JsonNode value = node.path(name);
        return value.isNull()
                || (textual && value.isTextual() && value.textValue().isEmpty());
    }

    /** The raw value; a missing node if absent. */
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
            throw invalid(RejectionReason.OUT_OF_RANGE, name, value, expected);
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
                throw invalid(RejectionReason.WRONG_TYPE, name, value, expected);
            }
        }
        throw invalid(RejectionReason.WRONG_TYPE, name, value, expected);
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
            throw invalid(RejectionReason.OUT_OF_RANGE, name, value, expected);
        }
        if (number != Math.rint(number)) {
            throw invalid(RejectionReason.WRONG_TYPE, name, value, expected);
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
            throw invalid(RejectionReason.WRONG_TYPE, name, value, "a text");
        }
        if (value.textValue().length() > maxLength) {
            throw invalid(RejectionReason.OUT_OF_RANGE, name, value, "at most " + maxLength + " characters");
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
            throw invalid(RejectionReason.WRONG_TYPE, name, value, "an object");
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

    /** The exception that rejects a field's value. */
    RejectedUpdateException invalid(RejectionReason reason, String name, JsonNode value, String expected) {
        return new RejectedUpdateException(reason, path + name + ": found " + shown(value) + ", expected " + expected);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= MAX_SHOWN_CHARACTERS ? text : text.substring(0, MAX_SHOWN_CHARACTERS) + "...";
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
