package io.bev.avatar.renderer.speech;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A text to speak.
 *
 * <pre>{"text":"Two accounts match.","language":"en-us","speed":1.1,"mode":"interrupt"}</pre>
 *
 * @param text without control characters, which espeak-ng would take as commands; never markup
 * @param language a voice of espeak-ng
 * @param speed relative to the configured rate, {@value #MIN_SPEED} to {@value #MAX_SPEED}
 * @param interrupt whether to end the current utterance and discard the waiting ones
 */
record SayRequest(String text, String language, double speed, boolean interrupt) {

    static final double MIN_SPEED = 0.5;
    static final double MAX_SPEED = 2;

    private static final Pattern UNSPEAKABLE = Pattern.compile("[\\p{Cntrl}\\p{Cs}\\p{Co}\\p{Cn}\\s]+");
    /** As the state document. */
    private static final int MAX_BYTES = 65_536;

    /** A text that is not accepted; the message names field, found and expected. */
    static final class InvalidException extends Exception {

        private static final long serialVersionUID = 1;

        private final String reason;

        InvalidException(String reason, String message) {
            super(message);
            this.reason = reason;
        }

        /** Stable label. */
        String reason() {
            return reason;
        }
    }

    static SayRequest parse(byte[] json, SpeechConfig config) throws InvalidException {
        if (json.length > MAX_BYTES) {
            throw new InvalidException(
                    "too_large", "request: found " + json.length + " bytes, expected at most " + MAX_BYTES);
        }
        JsonNode root;
        try {
            root = JsonTrees.JSON.read(new String(json, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new InvalidException("malformed", "request: not JSON, expected an object with text");
        }
        if (!root.isObject()) {
            throw new InvalidException("malformed", "request: found no object, expected {\"text\":\"...\"}");
        }
        return new SayRequest(
                text(root.path("text"), config), language(root, config), speed(root.path("speed")), interrupt(root));
    }

    private static String text(JsonNode node, SpeechConfig config) throws InvalidException {
        if (!node.isTextual()) {
            throw new InvalidException(
                    node.isMissingNode() ? "missing_field" : "wrong_type", "text: expected the words to speak");
        }
        String text = UNSPEAKABLE.matcher(node.textValue()).replaceAll(" ").strip();
        if (text.isEmpty()) {
            throw new InvalidException("missing_field", "text: found nothing to speak, expected words");
        }
        if (text.length() > config.maxText()) {
            throw new InvalidException(
                    "too_large",
                    "text: found " + text.length() + " characters, expected at most " + config.maxText()
                            + "; split it, or raise renderer.speech.max-text");
        }
        return text;
    }

    private static String language(JsonNode root, SpeechConfig config) throws InvalidException {
        JsonNode node = root.path("language");
        if (node.isMissingNode()) {
            return config.language();
        }
        String language = node.asText("").toLowerCase(Locale.ROOT).replace('_', '-');
        if (!node.isTextual() || !SpeechConfig.isLanguage(language)) {
            throw new InvalidException("unknown_language", "language: expected one such as en-us or de");
        }
        return language;
    }

    private static double speed(JsonNode node) throws InvalidException {
        if (node.isMissingNode()) {
            return 1;
        }
        double speed = node.asDouble();
        if (!node.isNumber() || !(speed >= MIN_SPEED && speed <= MAX_SPEED)) {
            throw new InvalidException(
                    node.isNumber() ? "out_of_range" : "wrong_type",
                    "speed: expected a number from " + MIN_SPEED + " to " + MAX_SPEED);
        }
        return speed;
    }

    private static boolean interrupt(JsonNode root) throws InvalidException {
        JsonNode node = root.path("mode");
        if (node.isMissingNode() || "queue".equals(node.asText())) {
            return false;
        }
        if (!"interrupt".equals(node.asText())) {
            throw new InvalidException("out_of_range", "mode: expected queue or interrupt");
        }
        return true;
    }
}
