package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.ConnectionLimits;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.bev.avatar.renderer.management.jolokia.ControlPassword;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.splat.raster.Framebuffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A server on a free port with a configurable model and a thread that renders on demand. */
final class StreamFixture implements AutoCloseable {

    static final int MAX_VIEWERS = 3;
    static final int MAX_CONNECTIONS = 20;
    private static final long TIMEOUT_NANOS = 20_000_000_000L;

    final FakeModel model = new FakeModel();
    final LatestFrameHub hub;
    final StreamServer server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final AtomicBoolean drawing = new AtomicBoolean();
    private final List<Thread> painters = new ArrayList<>();

    /** Model with values set by the test. */
    static final class FakeModel implements PageBackend {
        final ObjectNode health = JsonNodeFactory.instance.objectNode();
        volatile String status = "ok";
        volatile long seq = 41;
        volatile Outcome outcome = new Outcome(true, "", "", 42);
        volatile boolean broken;
        volatile boolean starting;
        volatile Optional<ControlPassword> password = Optional.empty();
        final List<String> submitted = Collections.synchronizedList(new ArrayList<>());

        @Override
        public ObjectNode health() {
            if (broken) {
                throw new IllegalStateException("broken on purpose");
            }
            ObjectNode copy = health.deepCopy();
            return copy.put("status", status);
        }

        @Override
        public ObjectNode history() {
            return JsonNodeFactory.instance.objectNode().put("sequence", 7);
        }

        @Override
        public Optional<ObjectNode> state() {
            return starting
                    ? Optional.empty()
                    : Optional.of(JsonNodeFactory.instance
                            .objectNode()
                            .put("schema", 1)
                            .put("seq", seq));
        }

        @Override
        public Optional<Rejection> checkUpdate(@Nullable String authorization, String client) {
            return password.flatMap(known -> known.check(authorization, "updates", true, client));
        }

        @Override
        public Outcome submitState(byte[] json) {
            if (broken) {
                throw new IllegalStateException("broken on purpose");
            }
            submitted.add("state " + new String(json, StandardCharsets.UTF_8));
            return outcome;
        }

        @Override
        public Outcome submitOsint(byte[] json) {
            submitted.add("osint " + new String(json, StandardCharsets.UTF_8));
            return outcome;
        }

        @Override
        public SavedImage image() {
            if (starting) {
                throw new IllegalStateException("the renderer is starting");
            }
            return new SavedImage(new byte[] {1, 2, 3}, "avatar-happy-2026-11-30T12-00-00Z.jpg");
        }
    }

    StreamFixture() throws IOException {
        this(Duration.ofSeconds(15), Duration.ofSeconds(30));
    }

    StreamFixture(Duration requestTimeout, Duration stallTimeout) throws IOException {
        hub = new LatestFrameHub(new ImageIoJpegEncoder(85), MAX_VIEWERS);
        server = new StreamServer(
                new StreamSettings("127.0.0.1", 0, List.of("avatar.example"), limits(requestTimeout), stallTimeout),
                hub,
                model);
        server.start();
    }

    private static ConnectionLimits limits(Duration timeout) {
        return new ConnectionLimits(
                MAX_CONNECTIONS, MAX_CONNECTIONS, 2, 1 << 20, 8 << 20, timeout, timeout, timeout, timeout);
    }

    /** Publishes a frame every few milliseconds while one is wanted. */
    StreamFixture publishAlways(Framebuffer image) {
        drawing.set(true);
        Thread painter = new Thread(
                () -> {
                    for (long sequence = 1; drawing.get(); sequence++) {
                        if (hub.wanted()) {
                            hub.publish(image, sequence, 1_000_000, model.seq);
                        }
                        pause();
                    }
                },
                "painter");
        painter.start();
        painters.add(painter);
        return this;
    }

    static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a condition. */
    static void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > TIMEOUT_NANOS) {
                throw new AssertionError("never came: " + what);
            }
            pause();
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    HttpClient client() {
        return client;
    }

    HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)), headers);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request, String... headers) throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> post(String path, String json) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(json)),
                "Content-Type",
                "application/json");
    }

    Socket socket() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** A request without body, from its lines. */
    static String request(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** Sends raw bytes and reads one response. */
    Answer raw(String request) throws IOException {
        try (Socket socket = socket()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return Answer.read(socket.getInputStream());
        }
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** A response read from a socket. */
    record Answer(int status, Map<String, String> headers, byte[] body) {

        static Answer read(InputStream in) throws IOException {
            String statusLine = line(in);
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            return new Answer(Integer.parseInt(statusLine.split(" ", 3)[1]), headers, in.readNBytes(length));
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** A line without its end; an error at the end of the stream. */
    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("connection closed after '" + line + "'");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() {
        drawing.set(false);
        for (Thread painter : painters) {
            try {
                painter.join(10_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        server.close();
        hub.close();
    }
}
