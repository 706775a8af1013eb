package io.bev.avatar.renderer.speech;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keys {@code renderer.speech.*}.
 *
 * @param enabled whether the avatar can speak; nothing of this package is loaded otherwise
 * @param language of texts that name none, a voice of espeak-ng such as {@code en-us} or {@code de}
 * @param wordsPerMinute at speed 1
 * @param maxText maximum characters of a text
 * @param maxQueued maximum texts that wait
 * @param perMinute maximum texts per minute
 * @param external engine instead of espeak-ng
 */
public record SpeechConfig(
        boolean enabled,
        String language,
        int wordsPerMinute,
        int maxText,
        int maxQueued,
        int perMinute,
        Optional<ExternalEngine.Source> external) {

    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}(-[a-z0-9]{1,8}){0,3}");

    static boolean isLanguage(String text) {
        return LANGUAGE.matcher(text).matches();
    }

    public static SpeechConfig from(Config config) {
        String language = config.text("renderer.speech.language", "en-us");
        if (!isLanguage(language)) {
            config.problem("renderer.speech.language", "'" + language + "'", "a language such as en-us or de");
            language = "en-us";
        }
        return new SpeechConfig(
                config.flag("renderer.speech.enabled", false),
                language,
                config.integer("renderer.speech.words-per-minute", 160, 80, 300),
                config.integer("renderer.speech.max-text", 1000, 1, 5000),
                config.integer("renderer.speech.max-queued", 8, 1, 64),
                config.integer("renderer.speech.max-per-minute", 60, 1, 600),
                external(config));
    }

    private static Optional<ExternalEngine.Source> external(Config config) {
        List<String> command = config.texts("renderer.speech.command", List.of());
        Optional<String> url = config.optionalText("renderer.speech.endpoint").filter(text -> !text.isBlank());
        if (!command.isEmpty() && (command.get(0).isBlank() || url.isPresent())) {
            config.problem(
                    "renderer.speech.command",
                    command.toString(),
                    "an executable and its arguments, without renderer.speech.endpoint");
            return Optional.empty();
        }
        Optional<URI> endpoint = url.flatMap(text -> endpoint(config, text));
        return command.isEmpty() && endpoint.isEmpty()
                ? Optional.empty()
                : Optional.of(new ExternalEngine.Source(command, endpoint));
    }

    private static Optional<URI> endpoint(Config config, String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() != null && List.of("http", "https").contains(url.getScheme())) {
                return Optional.of(url);
            }
        } catch (URISyntaxException e) {
            // reported below
        }
        config.problem("renderer.speech.endpoint", "'" + text + "'", "a URL such as http://127.0.0.1:5002/speech");
        return Optional.empty();
    }
}
