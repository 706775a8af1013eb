package io.bev.avatar.renderer.speech;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speech by a command or an HTTP endpoint that returns a WAV file, read while it arrives; mouth shapes from the sound ({@link
 * SoundVisemes}). A command gets the text on its standard input, and is started without a shell; an endpoint gets {@code
 * {"text":"...","language":"en-us","words_per_minute":160}}. One that is silent for {@link #STALL} is ended.
 */
final class ExternalEngine implements SpeechEngine {

    private static final Logger LOG = LoggerFactory.getLogger(ExternalEngine.class);

    static final Duration STALL = Duration.ofSeconds(15);
    /** Longest sound of a text, seconds. */
    static final int MAX_SECONDS = 600;

    private static final int CHUNKS_PER_SECOND = 25;
    private static final long EXIT_MILLIS = 500;

    /**
     * Where the sound comes from; one of them is given.
     *
     * @param command executable and arguments; may be empty
     */
    record Source(List<String> command, Optional<URI> endpoint) {
        Source {
            command = List.copyOf(command);
        }
    }

    /** Sound that is being produced. */
    private interface Production extends AutoCloseable {
        InputStream sound() throws IOException;

        @Override
        void close();
    }

    private final Source source;
    private final Duration stall;
    private final HttpClient http;

    ExternalEngine(Source source, Duration stall) {
        this.source = source;
        this.stall = stall;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(3))
                .build();
    }

    /** Any: only the engine knows. */
    @Override
    public Set<String> languages() {
        return Set.of();
    }

    @Override
    public void speak(String text, String language, int wordsPerMinute, int pitch, int range, Sink sink) {
        try (Production production = source.endpoint().isPresent()
                        ? request(source.endpoint().get(), text, language, wordsPerMinute)
                        : start(text, language, wordsPerMinute);
                StallGuard guard = new StallGuard(stall, production::close)) {
            try (WavReader wav = new WavReader(production.sound())) {
                read(wav, sink, guard);
            } catch (IOException e) {
                throw new IllegalStateException(
                        guard.expired()
                                ? name() + ": no sound for " + stall.toSeconds() + " s, ended"
                                : name() + ": " + e.getMessage(),
                        e);
            }
        } catch (IOException e) {
            throw new IllegalStateException(name() + ": " + e.getMessage(), e);
        }
    }

    private static void read(WavReader wav, Sink sink, StallGuard guard) throws IOException {
        sink.begin(wav.sampleRate());
        SoundVisemes visemes = new SoundVisemes(wav.sampleRate(), sink);
        short[] samples = new short[wav.sampleRate() / CHUNKS_PER_SECOND];
        long left = (long) MAX_SECONDS * wav.sampleRate();
        while (left > 0) {
            int count = wav.read(samples);
            if (count <= 0) {
                return;
            }
            guard.progress();
            visemes.add(samples, count);
            if (!sink.sound(samples, count)) {
                return;
            }
            guard.progress();
            left -= count;
        }
        throw new IOException("sound longer than " + MAX_SECONDS + " s, cut off");
    }

    private String name() {
        return source.endpoint()
                .map(URI::toString)
                .orElseGet(() -> source.command().get(0));
    }

    private Production start(String text, String language, int wordsPerMinute) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(source.command()).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("AVATAR_LANGUAGE", language);
        builder.environment().put("AVATAR_WORDS_PER_MINUTE", Integer.toString(wordsPerMinute));
        Process process = builder.start();
        // A text is smaller than a pipe's buffer: this does not block. A command that ends without reading it reports
        // by its sound.
        try (OutputStream in = process.getOutputStream()) {
            in.write((text + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.debug("{}: text not read", source.command().get(0), e);
        }
        return new Production() {
            @Override
            public InputStream sound() {
                return process.getInputStream();
            }

            @Override
            public void close() {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroy();
                try {
                    if (!process.waitFor(EXIT_MILLIS, TimeUnit.MILLISECONDS)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    process.destroyForcibly();
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    private Production request(URI endpoint, String text, String language, int wordsPerMinute) throws IOException {
        ObjectNode body =
                JsonTrees.object().put("text", text).put("language", language).put("words_per_minute", wordsPerMinute);
        HttpResponse<InputStream> response;
        try {
            response = http.send(
                    HttpRequest.newBuilder(endpoint)
                            .timeout(stall)
                            .header("Content-Type", "application/json")
                            .header("Accept", "audio/wav")
                            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        InputStream sound = response.body();
        if (response.statusCode() != 200) {
            sound.close();
            throw new IOException("HTTP " + response.statusCode() + ", expected 200 with a WAV file");
        }
        return new Production() {
            @Override
            public InputStream sound() {
                return sound;
            }

            @Override
            public void close() {
                try {
                    sound.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @Override
    public void close() {
        // Nothing is open between texts.
    }
}
