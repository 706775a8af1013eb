package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.renderer.stream.StreamFixture.Answer;
import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames and messages sent to viewers over real connections. */
class StreamingTest {

    private static final String MJPEG = "GET /stream.mjpeg HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final ObjectMapper mapper = new ObjectMapper();
    private StreamFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new StreamFixture();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** A WebSocket client that records received messages. */
    private static final class Client implements WebSocket.Listener {
        final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            binary.writeBytes(TestPictures.copy(data));
            if (last) {
                frames.add(binary.toByteArray());
                binary.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                texts.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }

        byte[] frame() throws InterruptedException {
            byte[] frame = frames.poll(20, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("no frame came");
            }
            return frame;
        }
    }

    @Test
    void webSocket_frames_containHeaderAndJpeg() throws Exception {
        Framebuffer image = TestPictures.smooth(320, 180);
        fixture.publishAlways(image);
        Client client = new Client();
        WebSocket socket = connect("/ws", client);

        long previous = 0;
        for (int i = 0; i < 5; i++) {
            ByteBuffer frame = ByteBuffer.wrap(client.frame());
            assertThat(frame.getShort()).isEqualTo((short) 0x4241);
            assertThat(frame.get(2)).isEqualTo((byte) 1);
            assertThat(frame.getInt(4)).isEqualTo(1000);
            assertThat(frame.getLong(8)).isGreaterThan(previous);
            previous = frame.getLong(8);
            assertThat(frame.getLong(16)).isEqualTo(41);
            assertThat(frame.getShort(24)).isEqualTo((short) 320);
            assertThat(frame.getShort(26)).isEqualTo((short) 180);
            byte[] jpeg = TestPictures.copy(frame.position(EncodedFrame.HEADER_BYTES));
            assertThat(TestPictures.psnr(image, TestPictures.decode(jpeg))).isGreaterThan(35);
        }
        assertThat(fixture.hub.framesSent()).isPositive();
        assertThat(fixture.hub.bytesSent()).isGreaterThan(fixture.hub.framesSent() * EncodedFrame.HEADER_BYTES);
        socket.abort();
        StreamFixture.await("the viewer to leave", () -> fixture.hub.viewers() == 0);
    }

    @Test
    void webSocket_state_isSentOnConnectAndOnChange() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("/ws", client);

        assertThat(next(client, "state").path("state").path("seq").asLong()).isEqualTo(41);
        assertThat(next(client, "health").path("health").path("status").asText())
                .isEqualTo("ok");
        fixture.model.seq = 42;
        fixture.server.stateChanged();

        assertThat(next(client, "state").path("state").path("seq").asLong()).isEqualTo(42);
        socket.abort();
    }

    @Test
    void webSocket_unannouncedChange_isSentWithHealth() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("/ws", client);
        next(client, "state");

        fixture.model.seq = 50;

        StreamFixture.await("state 50", () -> {
            String text = client.texts.poll();
            return text != null && text.contains("\"seq\":50");
        });
        socket.abort();
    }

    @Test
    void webSocket_modelFails_sendsErrorAndRecovers() throws Exception {
        fixture.model.broken = true;
        Client client = new Client();
        WebSocket socket = connect("/ws", client);

        assertThat(next(client, "error").path("detail").asText()).contains("log");
        fixture.model.broken = false;
        assertThat(next(client, "health").path("health").path("status").asText())
                .isEqualTo("ok");
        socket.abort();
    }

    @Test
    void webSocket_acknowledging_getsAtMostWindowUntilAcknowledged() throws Exception {
        fixture.publishAlways(TestPictures.smooth(64, 36));
        Client client = new Client();
        WebSocket socket = connect("/ws?ack=1", client);

        byte[] first = client.frame();
        byte[] second = client.frame();
        long dropped = fixture.hub.framesDropped();
        StreamFixture.await("frames to be dropped", () -> fixture.hub.framesDropped() > dropped + 10);
        assertThat(client.frames).isEmpty();

        acknowledge(socket, first);
        byte[] third = client.frame();
        assertThat(sequence(third)).isGreaterThan(sequence(second) + 5);
        StreamFixture.await("more drops", () -> fixture.hub.framesDropped() > dropped + 20);
        assertThat(client.frames).isEmpty();

        acknowledge(socket, third);
        assertThat(sequence(client.frame())).isGreaterThan(sequence(third));
        client.frame();
        socket.abort();
    }

    @Test
    void webSocket_videoRequested_startsWithAKeyFrameAndReturnsToJpeg() throws Exception {
        assumeThat(Vpx.bind(Vpx.LIBRARIES))
                .as("libvpx7 or libvpx9 is installed")
                .isPresent();
        fixture.publishAlways(TestPictures.smooth(64, 48));
        Client client = new Client();
        WebSocket socket = connect("/ws?ack=1", client);

        assertThat(requestVideo(client, socket, "\"av1\",\"vp8\""))
                .isEqualTo("{\"type\":\"video\",\"codec\":\"vp8\",\"detail\":\"\"}");
        byte[] key = nextOf(client, socket, true);
        assertThat(key[3]).isEqualTo((byte) (EncodedFrame.VIDEO | EncodedFrame.KEY));
        long sequence = sequence(key);
        for (int i = 0; i < 10; i++) {
            byte[] next = client.frame();
            acknowledge(socket, next);
            assertThat(sequence(next)).as("no gap").isEqualTo(++sequence);
            assertThat(next[3]).isEqualTo((byte) EncodedFrame.VIDEO);
        }
        assertThat(fixture.hub.videoViewers()).isEqualTo(1);
        assertThat(fixture.hub.stats().joins()).containsEntry("video", 1L);

        assertThat(requestVideo(client, socket, "")).isEqualTo("{\"type\":\"video\",\"codec\":\"\",\"detail\":\"\"}");
        nextOf(client, socket, false);
        assertThat(fixture.hub.videoViewers()).isZero();
        socket.abort();
    }

    @Test
    void webSocket_slowVideoViewer_continuesWithAKeyFrame() throws Exception {
        assumeThat(Vpx.bind(Vpx.LIBRARIES))
                .as("libvpx7 or libvpx9 is installed")
                .isPresent();
        fixture.publishAlways(TestPictures.smooth(64, 48));
        Client client = new Client();
        WebSocket socket = connect("/ws?ack=1", client);
        requestVideo(client, socket, "\"vp8\"");
        byte[] last = nextOf(client, socket, true);

        StreamFixture.await("the window to fill", () -> client.frames.size() >= 3);
        long keys = fixture.hub.videoKeyFrames();
        StreamFixture.await("another key frame", () -> fixture.hub.videoKeyFrames() > keys);
        assertThat(client.frames).as("frames in flight").hasSizeBetween(3, FrameViewer.WINDOW);

        long sequence = sequence(last);
        while (true) {
            byte[] next = client.frame();
            acknowledge(socket, next);
            if (sequence(next) != ++sequence) {
                assertThat(next[3]).isEqualTo((byte) (EncodedFrame.VIDEO | EncodedFrame.KEY));
                break;
            }
        }
        socket.abort();
    }

    @Test
    void webSocket_videoThatIsNotPossible_isAnsweredWithTheReason() throws Exception {
        Client without = new Client();
        WebSocket plain = connect("/ws", without);
        assertThat(requestVideo(without, plain, "\"vp8\"")).contains("\"codec\":\"\"", "connect with /ws?ack=1");
        plain.abort();

        Client client = new Client();
        WebSocket socket = connect("/ws?ack=1", client);
        socket.sendText("{\"type\":\"video\",\"codecs\":7}", true).get(10, TimeUnit.SECONDS);
        assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1003);
    }

    private String requestVideo(Client client, WebSocket socket, String codecs) throws Exception {
        socket.sendText("{\"type\":\"video\",\"codecs\":[" + codecs + "]}", true)
                .get(10, TimeUnit.SECONDS);
        while (true) {
            String text = Objects.requireNonNull(client.texts.poll(20, TimeUnit.SECONDS), "no answer came");
            if (text.contains("\"type\":\"video\"")) {
                return text;
            }
        }
    }

    /** Acknowledges frames up to the first one of a format and returns it. */
    private static byte[] nextOf(Client client, WebSocket socket, boolean video) throws Exception {
        while (true) {
            byte[] frame = client.frame();
            acknowledge(socket, frame);
            if (((frame[3] & EncodedFrame.VIDEO) != 0) == video) {
                return frame;
            }
        }
    }

    @Test
    void webSocket_unexpectedMessage_isClosed() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("/ws", client);

        socket.sendText("{\"emotion\":\"happy\"}", true).get(10, TimeUnit.SECONDS);

        assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1003);
        assertThat(fixture.model.submitted).isEmpty();
    }

    @Test
    void webSocket_oversizeMessage_isClosed() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("/ws?ack=1", client);

        socket.sendBinary(ByteBuffer.allocate(5000), true).get(10, TimeUnit.SECONDS);

        StreamFixture.await("the viewer to leave", () -> fixture.hub.viewers() == 0);
    }

    @Test
    void webSocket_clientCloses_isConfirmedAndRemoved() throws Exception {
        Client client = new Client();
        WebSocket socket = connect("/ws", client);

        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(10, TimeUnit.SECONDS);

        assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
        StreamFixture.await("the viewer to leave", () -> fixture.hub.viewers() == 0);
    }

    @Test
    void webSocket_withoutUpgrade_isUpgradeRequired() throws Exception {
        HttpResponse<byte[]> answer = fixture.get("/ws");

        assertThat(answer.statusCode()).isEqualTo(426);
        assertThat(answer.headers().firstValue("Upgrade")).hasValue("websocket");
    }

    @Test
    void viewers_beyondTheLimit_are503UntilOneLeaves() throws Exception {
        WebSocket first = connect("/ws", new Client());
        for (int i = 1; i < StreamFixture.MAX_VIEWERS; i++) {
            connect("/ws", new Client());
        }

        for (String path : new String[] {"/ws", "/stream.mjpeg"}) {
            HttpResponse<byte[]> rejected = fixture.get(path);
            assertThat(rejected.statusCode()).isEqualTo(503);
            assertThat(mapper.readTree(rejected.body()).path("detail").asText())
                    .contains("maximum of 3 viewers reached")
                    .contains("stream.max-viewers");
        }
        first.abort();
        StreamFixture.await("a free viewer slot", () -> fixture.hub.viewers() < StreamFixture.MAX_VIEWERS);
        connect("/ws", new Client()).abort();
    }

    @Test
    void disconnectAll_endsEveryViewer() throws Exception {
        fixture.publishAlways(TestPictures.smooth(64, 36));
        Client client = new Client();
        connect("/ws", client);
        HttpResponse<InputStream> mjpeg = fixture.client()
                .send(HttpRequest.newBuilder(fixture.uri("/stream.mjpeg")).build(), BodyHandlers.ofInputStream());
        StreamFixture.await("two viewers", () -> fixture.hub.viewers() == 2);

        assertThat(fixture.hub.disconnectAll()).isEqualTo(2);

        assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(4000);
        try (InputStream body = mjpeg.body()) {
            StreamFixture.await("the stream to end", () -> ended(body));
        }
        StreamFixture.await("no viewers", () -> fixture.hub.viewers() == 0);
    }

    @Test
    void mjpeg_eachPart_endsWithItsBoundary() throws Exception {
        fixture.publishAlways(TestPictures.smooth(160, 90));
        try (Socket socket = fixture.socket()) {
            StreamFixture.write(socket.getOutputStream(), MJPEG);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Answer head = Answer.read(in);
            assertThat(head.status()).isEqualTo(200);
            String type = head.headers().getOrDefault("content-type", "");
            assertThat(type).startsWith("multipart/x-mixed-replace; boundary=");
            String boundary = "--" + type.substring(type.indexOf('=') + 1);

            assertThat(StreamFixture.line(in)).isEmpty();
            assertThat(StreamFixture.line(in)).isEqualTo(boundary);
            for (int i = 0; i < 4; i++) {
                assertThat(StreamFixture.line(in)).isEqualTo("Content-Type: image/jpeg");
                int length = Integer.parseInt(StreamFixture.line(in).replace("Content-Length: ", ""));
                assertThat(StreamFixture.line(in)).startsWith("X-Frame-Sequence: ");
                assertThat(StreamFixture.line(in)).isEmpty();
                BufferedImage decoded = TestPictures.decode(in.readNBytes(length));
                assertThat(decoded.getHeight()).isEqualTo(90);
                assertThat(StreamFixture.line(in)).isEmpty();
                assertThat(StreamFixture.line(in)).isEqualTo(boundary);
            }
        }
        StreamFixture.await("the viewer to leave", () -> fixture.hub.viewers() == 0);
    }

    @Test
    void stalledViewer_dropsFramesAndDelaysNoOne() throws Exception {
        fixture.publishAlways(TestPictures.noise(320, 200));
        try (Socket stalled = fixture.socket()) {
            stalled.setReceiveBufferSize(4096);
            StreamFixture.write(stalled.getOutputStream(), MJPEG);
            StreamFixture.await("the stalled viewer to lose frames", () -> fixture.hub.framesDropped() > 50);

            Client client = new Client();
            WebSocket socket = connect("/ws", client);
            long first = sequence(client.frame());
            for (int i = 0; i < 50; i++) {
                client.frame();
            }

            assertThat(sequence(client.frame())).isGreaterThan(first + 50);
            assertThat(fixture.hub.viewers()).isEqualTo(2);
            socket.abort();

            // After the data buffered in the sockets, it receives current frames.
            InputStream in = stalled.getInputStream();
            Answer.read(in);
            long newest = 0;
            while (newest < first + 50) {
                String line = StreamFixture.line(in);
                if (line.startsWith("X-Frame-Sequence: ")) {
                    newest = Long.parseLong(line.substring(18));
                }
            }
            assertThat(newest).isGreaterThanOrEqualTo(first + 50);
        }
    }

    @Test
    void stalledViewer_afterTimeout_isDisconnected() throws Exception {
        try (StreamFixture shortTimeout = new StreamFixture(Duration.ofSeconds(15), Duration.ofMillis(400))) {
            shortTimeout.publishAlways(TestPictures.noise(320, 200));
            try (Socket stalled = shortTimeout.socket()) {
                stalled.setReceiveBufferSize(4096);
                StreamFixture.write(stalled.getOutputStream(), MJPEG);

                // Frames sent stay counted, however soon the viewer is disconnected.
                StreamFixture.await("a frame to be sent", () -> shortTimeout.hub.framesSent() > 0);
                StreamFixture.await("the viewer to be disconnected", () -> shortTimeout.hub.viewers() == 0);
            }
        }
    }

    @Test
    @Timeout(90)
    void viewerThatPingsAndNeverReads_isBoundedAndDisconnected() throws Exception {
        try (StreamFixture shortTimeout = new StreamFixture(Duration.ofSeconds(15), Duration.ofMillis(800));
                Socket socket = shortTimeout.socket()) {
            StreamFixture.write(
                    socket.getOutputStream(),
                    StreamFixture.request(
                            "GET /ws HTTP/1.1",
                            "Host: localhost",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            StreamFixture.await("the viewer", () -> shortTimeout.hub.viewers() == 1);
            byte[] pings = new byte[64 * 131];
            for (int at = 0; at < pings.length; at += 131) {
                pings[at] = (byte) 0x89; // final fragment, ping
                pings[at + 1] = (byte) (0x80 | 125); // masked with 0, 125 bytes
            }
            long held = 0;
            try {
                for (int i = 0; i < 4000; i++) {
                    socket.getOutputStream().write(pings);
                    held = Math.max(held, shortTimeout.server.connections().heldBytes());
                }
            } catch (IOException disconnected) {
                assertThat(disconnected).isNotNull();
            }

            assertThat(held).isLessThan(256 << 10);
            StreamFixture.await("the disconnection", () -> shortTimeout.hub.viewers() == 0);
        }
    }

    @Test
    void idleViewer_withoutFrames_isKept() throws Exception {
        try (StreamFixture shortTimeout = new StreamFixture(Duration.ofSeconds(2), Duration.ofSeconds(2))) {
            Client client = new Client();
            WebSocket socket = shortTimeout
                    .client()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + shortTimeout.server.port() + "/ws"), client)
                    .get(20, TimeUnit.SECONDS);
            next(client, "state");
            // One a second: longer than both timeouts together.
            for (int i = 0; i < 6; i++) {
                next(client, "health");
            }

            assertThat(shortTimeout.hub.viewers()).isEqualTo(1);
            socket.abort();
        }
    }

    private WebSocket connect(String path, Client client) throws Exception {
        return fixture.client()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + fixture.server.port() + path), client)
                .get(20, TimeUnit.SECONDS);
    }

    private JsonNode next(Client client, String type) throws Exception {
        for (; ; ) {
            String text = client.texts.poll(20, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("no message of type " + type + " came");
            }
            JsonNode message = mapper.readTree(text);
            if (message.path("type").asText().equals(type)) {
                return message;
            }
        }
    }

    @Test
    void webSocket_view_determinesTheDemand() throws Exception {
        Client first = new Client();
        Client second = new Client();
        WebSocket small = connect("/ws?ack=1", first);
        WebSocket large = connect("/ws?ack=1", second);
        assertThat(fixture.hub.demand(16.0 / 9)).isEqualTo(ViewDemand.NONE);

        small.sendText("{\"type\":\"view\",\"width\":800,\"height\":450}", true).get(10, TimeUnit.SECONDS);
        large.sendText("{\"type\":\"view\",\"width\":1920,\"height\":1080}", true)
                .get(10, TimeUnit.SECONDS);
        StreamFixture.await(
                "the larger size", () -> fixture.hub.demand(16.0 / 9).equals(new ViewDemand(1080, false)));

        large.abort();
        StreamFixture.await(
                "the smaller size", () -> fixture.hub.demand(16.0 / 9).equals(new ViewDemand(480, false)));
        small.sendText("{\"type\":\"view\",\"width\":-3,\"height\":450}", true).get(10, TimeUnit.SECONDS);
        assertThat(first.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1003);
    }

    @Test
    void acknowledgements_measureFrameAge_onASlowLine() throws Exception {
        fixture.publishAlways(TestPictures.smooth(64, 36));
        Client client = new Client();
        WebSocket socket = connect("/ws?ack=1&reconnect=timeout", client);
        for (int i = 0; i < 8; i++) {
            acknowledge(socket, client.frame());
        }
        StreamFixture.await("8 deliveries", () -> deliveries() >= 8);
        double fast = meanAge(0, 0);
        long before = deliveries();
        double sumBefore = frameAge().sumSeconds();

        ScheduledExecutorService line = Executors.newSingleThreadScheduledExecutor();
        try {
            for (int i = 0; i < 6; i++) {
                byte[] frame = client.frame();
                Runnable acknowledgement = () -> assertThat(
                                socket.sendBinary(ByteBuffer.wrap(frame, 8, 8).slice(), true))
                        .isNotNull();
                ScheduledFuture<?> sent = line.schedule(acknowledgement, 150, TimeUnit.MILLISECONDS);
                assertThat(sent.isCancelled()).isFalse();
            }
            StreamFixture.await("6 more deliveries", () -> deliveries() >= before + 6);
        } finally {
            line.shutdownNow();
        }
        // A busy machine adds to the line's 150 ms, and takes nothing away.
        assertThat(meanAge(before, sumBefore))
                .isGreaterThan(0.149)
                .isLessThan(5)
                .isGreaterThan(fast);
        assertThat(fixture.hub.stats().joins()).containsEntry("websocket", 1L).containsEntry("mjpeg", 0L);
        assertThat(fixture.hub.stats().reconnects())
                .containsEntry("timeout", 1L)
                .containsEntry("other", 0L);
        assertThat(Objects.requireNonNull(fixture.hub.stats().firstFrame().get("websocket"))
                        .counts())
                .contains(1L);
        socket.abort();
    }

    private ViewerStats.Durations frameAge() {
        return Objects.requireNonNull(fixture.hub.stats().frameAge().get("websocket"));
    }

    private long deliveries() {
        return Arrays.stream(frameAge().counts()).sum();
    }

    private double meanAge(long countBefore, double sumBefore) {
        return (frameAge().sumSeconds() - sumBefore) / (deliveries() - countBefore);
    }

    private static long sequence(byte[] frame) {
        return ByteBuffer.wrap(frame).getLong(8);
    }

    private static void acknowledge(WebSocket socket, byte[] frame) throws Exception {
        socket.sendBinary(ByteBuffer.wrap(frame, 8, 8).slice(), true).get(10, TimeUnit.SECONDS);
    }

    private static boolean ended(InputStream in) {
        try {
            return in.read(new byte[8192]) < 0;
        } catch (IOException closed) {
            return true;
        }
    }
}
