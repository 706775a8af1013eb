package io.bev.avatar.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP server on loopback that sends responses given by the test and records requests. */
public final class StubHttpServer implements AutoCloseable {

    /** A recorded request. */
    public record Asked(String method, String path, Map<String, List<String>> headers, String body) {
        /** First value of a header; empty if absent. */
        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    /** A response; a silent one is never sent. */
    public record Answer(int status, Map<String, String> headers, String body, boolean silent) {
        public static Answer json(String body) {
            return new Answer(200, Map.of("Content-Type", "application/json"), body, false);
        }

        public static Answer status(int status, String body) {
            return new Answer(status, Map.of(), body, false);
        }

        public static Answer silence() {
            return new Answer(0, Map.of(), "", true);
        }
    }

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Function<Asked, Answer> answers;

    public StubHttpServer(Function<Asked, Answer> answers) throws IOException {
        this.answers = answers;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    public void answer(Function<Asked, Answer> changed) {
        answers = changed;
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** URL of a port without a listener. */
    public static URI unreachable(String path) {
        try (StubHttpServer gone = new StubHttpServer(request -> Answer.silence())) {
            return gone.address(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads one request with a Content-Length from a plain socket. */
    public static void readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        Matcher length = CONTENT_LENGTH.matcher(head);
        byte[] unused = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Asked request = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            asked.add(request);
            Answer answer = answers.apply(request);
            if (answer.silent()) {
                closing.await();
                return;
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
