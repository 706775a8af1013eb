package io.bev.avatar.renderer.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalEngineTest {

    private static final int RATE = 16_000;

    @TempDir
    Path directory;

    /** Records what arrives; ends the text after some samples. */
    private static final class Recorder implements SpeechEngine.Sink {
        final List<String> phonemes = new ArrayList<>();
        final int most;
        int rate;
        int samples;

        Recorder(int most) {
            this.most = most;
        }

        @Override
        public void begin(int sampleRate) {
            rate = sampleRate;
        }

        @Override
        public void phoneme(int sample, String ipa) {
            phonemes.add(ipa);
        }

        @Override
        public void word(int sample, int letters) {
            // accents are not part of this test
        }

        @Override
        public boolean sound(short[] chunk, int count) {
            samples += count;
            return samples < most;
        }
    }

    /** Half a second each of silence, an open vowel, hissing, a closed round vowel, and silence. */
    static short[] voice() {
        short[] samples = new short[5 * RATE / 2];
        Random random = new Random(3);
        for (int i = 0; i < samples.length; i++) {
            double t = (double) i / RATE;
            double value = switch (i / (RATE / 2)) {
                case 1 -> 6000 * Math.sin(2 * Math.PI * 750 * t) + 4000 * Math.sin(2 * Math.PI * 1150 * t);
                case 2 -> i % 2 == 0 ? 3000 * random.nextGaussian() : -3000 * random.nextGaussian();
                case 3 -> 4000 * Math.sin(2 * Math.PI * 300 * t);
                default -> 0;
            };
            samples[i] = (short) Math.max(-32000, Math.min(32000, value));
        }
        return samples;
    }

    private static byte[] wav(short[] samples, int bits) {
        ByteBuffer out = ByteBuffer.allocate(44 + 2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(-1)
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII));
        out.putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(RATE)
                .putInt(2 * RATE)
                .putShort((short) 2);
        out.putShort((short) bits)
                .put("data".getBytes(StandardCharsets.US_ASCII))
                .putInt(-1);
        for (short sample : samples) {
            out.putShort(sample);
        }
        return out.array();
    }

    private Recorder speak(List<String> command, Duration stall, int most) {
        Recorder recorder = new Recorder(most);
        new ExternalEngine(new ExternalEngine.Source(command, Optional.empty()), stall)
                .speak("a; echo $HOME", "en-us", 160, 50, 50, recorder);
        return recorder;
    }

    @Test
    void command_getsTheTextOnStandardInput() throws IOException {
        Path file = Files.write(directory.resolve("voice.wav"), wav(voice(), 16));
        Path text = directory.resolve("text");
        Recorder recorder = speak(
                List.of("sh", "-c", "cat > " + text + "; cat " + file), Duration.ofSeconds(20), Integer.MAX_VALUE);
        assertThat(Files.readString(text)).isEqualTo("a; echo $HOME\n");
        assertThat(recorder.rate).isEqualTo(RATE);
        assertThat(recorder.samples).isEqualTo(voice().length);
        assertThat(recorder.phonemes).startsWith("").endsWith("").contains("s");
        assertThat(recorder.phonemes).containsAnyOf("ɑ", "ɛ").containsAnyOf("u", "ə");
    }

    @Test
    void command_isEndedWhenTheTextIsStopped() {
        long start = System.nanoTime();
        Recorder recorder = speak(
                List.of(
                        "sh",
                        "-c",
                        "cat > /dev/null; printf 'RIFF----WAVEfmt \\020\\0\\0\\0\\001\\0\\001\\0\\200\\076\\0\\0"
                                + "\\0\\175\\0\\0\\002\\0\\020\\0data----'; cat /dev/zero"),
                Duration.ofSeconds(20),
                RATE);
        assertThat(recorder.samples).isEqualTo(RATE);
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(20).toNanos());
    }

    @Test
    void command_failures_nameTheCause() throws IOException {
        Path wide = Files.write(directory.resolve("wide.wav"), wav(new short[10], 24));
        for (Map.Entry<List<String>, String> failure : Map.of(
                        List.of("/nowhere/voice"), "/nowhere/voice",
                        List.of("true"), "found no sound, expected a WAV file",
                        List.of("echo", "hello, I speak"), "found no WAV file, expected RIFF",
                        List.of("cat", wide.toString()), "24 bits, 1 channels, 16000 Hz, expected 16-bit PCM",
                        List.of("sleep", "60"), "no sound for")
                .entrySet()) {
            assertThatThrownBy(() -> speak(failure.getKey(), Duration.ofMillis(300), 100))
                    .as("%s", failure.getKey())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(failure.getValue());
        }
    }

    @Test
    void endpoint_getsJson() throws IOException {
        List<String> requests = new ArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/speech", exchange -> {
            requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = wav(voice(), 16);
            exchange.sendResponseHeaders(requests.size() == 1 ? 200 : 500, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/speech");
            ExternalEngine engine = new ExternalEngine(
                    new ExternalEngine.Source(List.of(), Optional.of(endpoint)), Duration.ofSeconds(20));
            Recorder recorder = new Recorder(Integer.MAX_VALUE);
            engine.speak("Say \"hi\"", "de", 140, 50, 50, recorder);
            assertThat(requests)
                    .containsExactly("{\"text\":\"Say \\\"hi\\\"\",\"language\":\"de\",\"words_per_minute\":140}");
            assertThat(recorder.samples).isEqualTo(voice().length);
            assertThatThrownBy(() -> engine.speak("again", "de", 140, 50, 50, recorder))
                    .hasMessageContaining("HTTP 500, expected 200 with a WAV file");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void configuration_isOneOfBoth() {
        Config valid = Config.of("renderer: {speech: {command: [voice, --wav]}}", "f", Map.of());
        assertThat(SpeechConfig.from(valid).external())
                .contains(new ExternalEngine.Source(List.of("voice", "--wav"), Optional.empty()));
        Config both =
                Config.of("renderer: {speech: {command: [voice], endpoint: 'http://127.0.0.1:1/'}}", "f", Map.of());
        SpeechConfig.from(both);
        assertThatThrownBy(() -> both.finish("renderer"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("renderer.speech.command");
    }
}
