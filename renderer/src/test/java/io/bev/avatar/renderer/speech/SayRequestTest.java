package io.bev.avatar.renderer.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SayRequestTest {

    static final SpeechConfig CONFIG = new SpeechConfig(true, "en-us", 160, 40, 2, 10, Optional.empty());

    private static SayRequest parse(String json) throws SayRequest.InvalidException {
        return SayRequest.parse(json.getBytes(StandardCharsets.UTF_8), CONFIG);
    }

    @Test
    void parse_textOnly_usesTheDefaults() throws SayRequest.InvalidException {
        assertThat(parse("{\"text\":\" Hello \"}")).isEqualTo(new SayRequest("Hello", "en-us", 1, false));
    }

    @Test
    void parse_allFields_areUsed() throws SayRequest.InvalidException {
        assertThat(parse("{\"text\":\"Hallo\",\"language\":\"de_DE\",\"speed\":1.5,\"mode\":\"interrupt\",\"x\":1}"))
                .isEqualTo(new SayRequest("Hallo", "de-de", 1.5, true));
    }

    @Test
    void parse_controlCharacters_becomeBlanks() throws SayRequest.InvalidException {
        // Code 1 begins a command of espeak-ng.
        assertThat(parse("{\"text\":\"a\\u000150P b\\u0000c\\nd\"}").text()).isEqualTo("a 50P b c d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no json|malformed",
                "[]|malformed",
                "{}|missing_field",
                "{\"text\":7}|wrong_type",
                "{\"text\":\" \\u0001 \"}|missing_field",
                "{\"text\":\"12345678901234567890123456789012345678901\"}|too_large",
                "{\"text\":\"a\",\"language\":\"../de\"}|unknown_language",
                "{\"text\":\"a\",\"language\":7}|unknown_language",
                "{\"text\":\"a\",\"speed\":\"fast\"}|wrong_type",
                "{\"text\":\"a\",\"speed\":1e999}|out_of_range",
                "{\"text\":\"a\",\"speed\":0}|out_of_range",
                "{\"text\":\"a\",\"mode\":\"shout\"}|out_of_range",
            })
    void parse_invalid_isRejectedWithReason(String json, String reason) {
        assertThatThrownBy(() -> parse(json))
                .isInstanceOfSatisfying(
                        SayRequest.InvalidException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void config_empty_isOff() {
        Config config = Config.of("", "f", Map.of());
        assertThat(SpeechConfig.from(config))
                .isEqualTo(new SpeechConfig(false, "en-us", 160, 1000, 8, 60, Optional.empty()));
        config.finish("renderer");
    }

    @Test
    void config_allKeys_areRead() {
        Config config = Config.of(
                "renderer: {speech: {enabled: true, language: de, words-per-minute: 140, max-text: 200, max-queued: 3,"
                        + " max-per-minute: 20}}",
                "f",
                Map.of());
        assertThat(SpeechConfig.from(config))
                .isEqualTo(new SpeechConfig(true, "de", 140, 200, 3, 20, Optional.empty()));
        config.finish("renderer");
    }
}
