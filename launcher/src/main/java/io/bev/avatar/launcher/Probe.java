package io.bev.avatar.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

    /** Probe without password, with the JVM's trust store. */
    Probe() {
        this(Optional.empty(), Optional::empty);
    }

    /** @param trust for {@code https}, instead of the JVM's trust store */
    Probe(Optional<SSLContext> trust, Authorization authorization) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(REQUEST_TIMEOUT);
        trust.ifPresent(builder::sslContext);
        this.client = builder.build();
        this.authorization = authorization;
    }

    /** Whether a GET returns 200. */
    boolean answers(String url) throws InterruptedException {
        return get(url).isPresent();
    }

    /** JSON body of the response to a GET, with any status; empty without a response or with another body. */
    Optional<JsonNode> json(String url) throws InterruptedException {
        try {
            return Optional.of(JSON.readTree(send(url).body()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Status of the response to a GET; empty without a response. */
    OptionalInt status(String url) throws InterruptedException {
        try {
            return OptionalInt.of(send(url).statusCode());
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

    /** Body of the response to a GET; empty unless the status is 200. */
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
}
