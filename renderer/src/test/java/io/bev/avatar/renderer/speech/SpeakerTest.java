package io.bev.avatar.renderer.speech;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.expression.SpeechPose;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.stream.SoundOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpeakerTest {

    private static final int RATE = 1000;

    /** Records what viewers would get. */
    private static final class FakeOutput implements SoundOutput {
        final List<byte[]> packets = new CopyOnWriteArrayList<>();
        final List<String> captions = new CopyOnWriteArrayList<>();

        @Override
        public void send(byte[] packet) {
            packets.add(packet);
        }

        @Override
        public void caption(ObjectNode speech) {
            captions.add(speech.path("phase").asText() + " " + speech.path("id").asInt());
        }

        @Override
        public Statistics statistics() {
            return new Statistics(packets.size(), 0, OptionalDouble.empty(), 0);
        }
    }

    /** A vowel of as many milliseconds as the text states; a text that is no number fails. */
    private static final class FakeEngine implements SpeechEngine {
        @Override
        public Set<String> languages() {
            return Set.of("en-us", "de", "fr", "it");
        }

        @Override
        public void speak(String text, String language, int wordsPerMinute, int pitch, int range, Sink sink) {
            sink.begin(RATE);
            int millis = Integer.parseInt(text);
            sink.phoneme(0, "a");
            short[] samples = new short[50];
            for (int i = 0; i < millis; i += 50) {
                if (!sink.sound(samples, 50)) {
                    return;
                }
            }
        }

        @Override
        public void close() {
            // nothing to release
        }
    }

    private final FakeOutput out = new FakeOutput();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Speaker speaker = new Speaker(
            SayRequestTest.CONFIG,
            () -> {
                awaitGate();
                return new FakeEngine();
            },
            out,
            () -> Emotion.NEUTRAL,
            Ticker.system(),
            Clock.systemUTC());

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() {
        gate.countDown();
        speaker.close();
    }

    private SpeechControl.Result say(String text, String more) {
        return speaker.say(("{\"text\":\"" + text + "\"" + more + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private void start() {
        gate.countDown();
        speaker.startThread();
    }

    @Test
    void say_twoTexts_areSpokenInOrderWithTheirSound() throws InterruptedException {
        assertThat(say("100", "").waiting()).isZero();
        say("90", "");
        start();
        await(() -> out.captions.size() == 4);
        assertThat(out.captions).containsExactly("speaking 1", "ended 1", "speaking 2", "ended 2");
        // 40 samples per packet, 24 bytes of header.
        assertThat(out.packets).extracting(packet -> (packet.length - 24) / 2).containsExactly(40, 40, 20, 40, 40, 20);
        assertThat(out.packets)
                .extracting(packet -> packet[3])
                .containsExactly((byte) 1, (byte) 0, (byte) 2, (byte) 1, (byte) 0, (byte) 2);
        long first = ByteBuffer.wrap(out.packets.get(0)).getLong(8);
        assertThat(ByteBuffer.wrap(out.packets.get(1)).getLong(8) - first).isBetween(30_000L, 50_000L);
        SpeechControl.Statistics all = speaker.statistics();
        assertThat(all.utterances()).isEqualTo(2);
        assertThat(all.firstSoundCounts())
                .satisfies(counts -> assertThat(LongStream.of(counts).sum()).isEqualTo(1));
    }

    @Test
    void say_queueFull_isRejectedAndInterruptIsNot() {
        say("50", "");
        say("50", "");
        SpeechControl.Result third = say("50", "");
        assertThat(third.reason()).isEqualTo("overloaded");
        assertThat(third.detail()).contains("max-queued");
        SpeechControl.Result interrupt = say("50", ",\"mode\":\"interrupt\"");
        assertThat(interrupt.accepted()).isTrue();
        assertThat(speaker.statistics().waiting()).isEqualTo(1);
        assertThat(speaker.statistics().interrupted()).isEqualTo(2);
    }

    @Test
    void say_moreThanTheRate_isRejected() {
        for (int i = 0; i < 10; i++) {
            assertThat(say("50", ",\"mode\":\"interrupt\"").accepted()).isTrue();
        }
        assertThat(say("50", ",\"mode\":\"interrupt\"").detail()).contains("max-per-minute");
        assertThat(speaker.statistics().rejectedByReason()).containsEntry("overloaded", 1L);
    }

    @Test
    void say_languageWithoutVoice_isRejected() throws InterruptedException {
        start();
        say("50", "");
        await(() -> speaker.statistics().utterances() == 1);
        assertThat(say("50", ",\"language\":\"xx\"").reason()).isEqualTo("unknown_language");
    }

    @Test
    void stop_whileSpeaking_endsSoundAndClosesTheMouth() throws InterruptedException {
        start();
        say("20000", "");
        say("50", "");
        await(() -> out.packets.size() > 2);
        Thread.sleep(120);
        SpeechPose pose = new SpeechPose();
        assertThat(speaker.motion().sample(Ticker.system().nanos(), pose)).isTrue();
        assertThat(pose.activity).isGreaterThan(0.5f);
        assertThat(speaker.stop()).isEqualTo(2);
        boolean moving = speaker.motion().sample(Ticker.system().nanos() + TimeUnit.MILLISECONDS.toNanos(200), pose);
        assertThat(moving ? pose.activity : 0).isLessThan(0.1f);
        await(() -> !speaker.statistics().speaking());
        assertThat(out.captions).containsExactly("speaking 1", "stopped 1");
        assertThat(out.packets.size()).isLessThan(20);
    }

    @Test
    void say_textThatTheEngineCannotSpeak_countsAndTheNextIsSpoken() throws InterruptedException {
        start();
        say("broken", "");
        say("50", "");
        await(() -> speaker.statistics().failures() == 1 && speaker.statistics().utterances() == 2);
    }

    @Test
    void say_engineUnavailable_namesTheRemedy() throws InterruptedException {
        try (Speaker none = new Speaker(
                SayRequestTest.CONFIG,
                () -> {
                    throw new SpeechEngine.UnavailableException(
                            "libespeak-ng.so.1 is not installed; install the package");
                },
                out,
                () -> Emotion.NEUTRAL,
                Ticker.system(),
                Clock.systemUTC())) {
            none.startThread();
            await(() -> none.statistics().unavailable().isPresent());
            SpeechControl.Result result = none.say("{\"text\":\"hello\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(result.reason()).isEqualTo("unavailable");
            assertThat(result.detail()).contains("install the package");
        }
    }
}
