package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bev.avatar.common.systemd.ListenerStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sound and captions sent to viewers over real connections. */
@Timeout(60)
class SoundTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private final StreamFixture.FakeModel model = new StreamFixture.FakeModel();
    private LatestFrameHub hub;
    private StreamServer server;

    @BeforeEach
    void open() throws IOException {
        hub = new LatestFrameHub(new ImageIoJpegEncoder(85), 4);
        server = new StreamServer(
                StreamSettings.of("127.0.0.1", 0, List.of(), 4), hub, model, true, ListenerStore.none());
        server.start();
    }

    @AfterEach
    void close() {
        server.close();
        hub.close();
    }

    /** Records sound and captions. */
    private static final class Client implements WebSocket.Listener {
        final BlockingQueue<ByteBuffer> sounds = new LinkedBlockingQueue<>();
        final BlockingQueue<String> captions = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            sounds.add(ByteBuffer.wrap(TestPictures.copy(data)));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            if (data.toString().startsWith("{\"type\":\"speech\"")) {
                captions.add(data.toString());
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        String caption() throws InterruptedException {
            return String.valueOf(captions.poll(20, TimeUnit.SECONDS));
        }
    }

    private WebSocket connect(String query, Client client) {
        return http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/ws" + query), client)
                .join();
    }

    private SoundOutput sound() {
        return server.sound().orElseThrow();
    }

    private static byte[] packet(int position) {
        return SoundPacket.of(
                SoundPacket.FIRST, 7, 1_700_000_000_123_456L, 22_050, position, new short[] {1, -2, 300}, 3);
    }

    private static void caption(SoundOutput out, String text) {
        out.caption(
                JsonNodeFactory.instance.objectNode().put("phase", "speaking").put("text", text));
    }

    @Test
    void send_viewerThatPlaysSound_receivesPacketsAndCaptions() throws Exception {
        Client client = new Client();
        connect("?sound=1", client);
        assertThat(client.caption()).contains("\"phase\":\"silent\"");
        caption(sound(), "hello");
        assertThat(client.caption()).contains("hello");
        sound().send(packet(882));

        ByteBuffer received = client.sounds.poll(20, TimeUnit.SECONDS);
        assertThat(received).isNotNull();
        assertThat(received.getShort()).isEqualTo((short) 0x4253);
        assertThat(received.get(2)).isEqualTo((byte) 1);
        assertThat(received.get(3)).isEqualTo((byte) SoundPacket.FIRST);
        assertThat(received.getInt(4)).isEqualTo(7);
        assertThat(received.getLong(8)).isEqualTo(1_700_000_000_123_456L);
        assertThat(received.getInt(16)).isEqualTo(22_050);
        assertThat(received.getInt(20)).isEqualTo(882);
        assertThat(received.order(ByteOrder.LITTLE_ENDIAN).getShort(26)).isEqualTo((short) -2);
        assertThat(received.capacity()).isEqualTo(30);
        StreamFixture.await("count", () -> sound().statistics().packetsSent() == 1);
    }

    @Test
    void join_inMidSentence_showsTheCaptionAndPlaysTheRest() throws Exception {
        caption(sound(), "in the middle");
        sound().send(packet(0));
        Client late = new Client();
        connect("?sound=1", late);
        assertThat(late.caption()).contains("in the middle");
        sound().send(packet(882));
        ByteBuffer received = late.sounds.poll(20, TimeUnit.SECONDS);
        assertThat(received).isNotNull();
        assertThat(received.getInt(20)).isEqualTo(882);
    }

    @Test
    void send_viewerWithoutSound_getsCaptionsOnly() throws Exception {
        Client client = new Client();
        connect("", client);
        assertThat(client.caption()).contains("silent");
        sound().send(packet(0));
        caption(sound(), "after it");
        assertThat(client.caption()).contains("after it");
        assertThat(client.sounds).isEmpty();
    }

    @Test
    void report_ofAViewer_countsWithinLimits() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("?sound=1", client);
        client.caption();
        socket.sendBinary(report(-25_000, 2), true).join();
        StreamFixture.await("report", () -> sound().statistics().underruns() == 2);
        assertThat(sound().statistics().offsetSeconds()).hasValue(0.025);
        socket.sendBinary(report(Integer.MIN_VALUE, Integer.MAX_VALUE), true).join();
        StreamFixture.await("limit", () -> sound().statistics().underruns() == 1002);
        assertThat(sound().statistics().offsetSeconds()).hasValue(10);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        StreamFixture.await("gone", () -> sound().statistics().offsetSeconds().isEmpty());
    }

    private static ByteBuffer report(int micros, int gaps) {
        return ByteBuffer.allocate(12)
                .putInt(0x4253_5231)
                .putInt(micros)
                .putInt(gaps)
                .flip();
    }

    @Test
    void report_ofUnknownFormat_closesTheConnection() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("?sound=1", client);
        socket.sendBinary(ByteBuffer.allocate(12), true).join();
        assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1003);
    }

    @Test
    void say_speechOff_namesTheSetting() throws Exception {
        for (String path : List.of("/say", "/say/stop")) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"text\":\"hello\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).contains("renderer.speech.enabled");
        }
    }
}
