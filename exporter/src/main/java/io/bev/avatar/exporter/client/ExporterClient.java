package io.bev.avatar.exporter.client;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.common.tls.ExporterClientAuth;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * HTTP client of the exporter running on this machine.
 *
 * @param host address at which it listens
 * @param access TLS and credentials
 */
public record ExporterClient(String host, int port, ExporterClientAuth access) {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 16 << 20;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    /**
     * Reads the keys.
     *
     * @throws IOException if the exporter's TLS files or credentials cannot be read or are incomplete; the message
     *     gives the reason
     */
    public static ExporterClient from(Config config) throws IOException {
        String bind = config.text("exporter.bind", "127.0.0.1");
        int port = config.integer("exporter.port", 9818, 0, 65535);
        ExporterClientAuth access = ExporterClientAuth.from(config);
        try {
            config.finish();
        } catch (ConfigException e) {
            throw new IOException("cannot read metrics: " + problem(e), e);
        }
        return new ExporterClient(bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind, port, access);
    }

    /** The first problem only; the output is a single line. */
    private static String problem(ConfigException e) {
        return e.problems().stream().findFirst().map(ConfigProblem::toString).orElse("");
    }

    /**
     * Fetches {@code /metrics}.
     *
     * @throws IOException if the request fails; the message gives the reason
     */
    public String metrics() throws IOException, InterruptedException {
        return get("/metrics");
    }

    /** Fetches {@code /metrics} of one collector; see {@link #metrics()}. */
    public String metricsOf(String collector) throws IOException, InterruptedException {
        return get("/metrics?collect%5B%5D=" + collector);
    }

    private String get(String path) throws IOException, InterruptedException {
        String literal = host.contains(":") ? "[" + host + "]" : host;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(access.scheme() + "://" + literal + ":" + port + path));
        try (BoundedHttpClient http = new BoundedHttpClient(access.context())) {
            access.authorization().ifPresent(value -> request.header("Authorization", value));
            HttpResponse<String> answer = http.exchange(request.build(), TIMEOUT, MAX_BYTES);
            Optional<ExporterClientAuth.User> user = access.user();
            if (answer.statusCode() == UNAUTHORIZED && user.isPresent()) {
                throw new IOException(
                        "rejected with status 401; check that " + user.get().passwordFile()
                                + " contains the password of user " + user.get().name());
            }
            if (answer.statusCode() != OK) {
                throw new IOException("HTTP status " + answer.statusCode());
            }
            return answer.body();
        } catch (IOException e) {
            throw new IOException("cannot read metrics" + protection() + ": " + e.getMessage(), e);
        }
    }

    private String protection() {
        List<String> protection = new ArrayList<>();
        access.certificate().ifPresent(certificate -> protection.add("TLS"));
        access.user().ifPresent(user -> protection.add("password"));
        return protection.isEmpty() ? "" : " (protected by " + String.join(", ", protection) + ")";
    }
}
