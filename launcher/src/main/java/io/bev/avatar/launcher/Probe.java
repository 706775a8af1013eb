package io.bev.avatar.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLContext;

/** Short requests to local servers, each with a timeout of one second. */
final class Probe {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Value of the {@code Authorization} header. */
    @FunctionalInterface
    interface Authorization {
        Optional<String> get() throws IOException;
    }

    private final HttpClient client;
    private final Authorization authorization;

    /** Sends no password and uses Java's own trust store. */
    Probe() {
        this(Optional.empty(), Optional::empty);
    }

    /** @param trust for {@code https}, in place of Java's own */
    Probe(Optional<SSLContext> trust, Authorization authorization) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(REQUEST_TIMEOUT);
        trust.ifPresent(builder::sslContext);
        this.client = builder.build();
        this.authorization = authorization;
    }

    /** Whether a GET answers 200. */
    boolean answers(String url) throws InterruptedException {
        return get(url).isPresent();
    }

    /** JSON body of the answer to a GET, whatever its status; empty without an answer or with another body. */
    Optional<JsonNode> json(String url) throws InterruptedException {
        try {
            return Optional.of(JSON.readTree(send(url).body()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The status that a GET is answered with; empty when there is no answer. */
    OptionalInt status(String url) throws InterruptedException {
        try {
            return OptionalInt.of(send(url).statusCode());
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

    /** The text that a GET answers 200 with. */
    Optional<String> get(String url) throws InterruptedException {
        try {
            HttpResponse<String> response = send(url);
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private HttpResponse<String> send(String url) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(REQUEST_TIMEOUT);
        authorization.get().ifPresent(value -> request.header("Authorization", value));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Whether Redis answers on the loopback port, even if it requires a password or is still loading. */
    static boolean isRedis(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) REQUEST_TIMEOUT.toMillis());
            socket.setSoTimeout((int) REQUEST_TIMEOUT.toMillis());
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] answer = in.readNBytes(5);
            String text = new String(answer, StandardCharsets.US_ASCII);
            return text.startsWith("+PONG") || text.startsWith("-NOAU") || text.startsWith("-LOAD");
        } catch (IOException e) {
            return false;
        }
    }
}
