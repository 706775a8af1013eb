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
 * The exporter that runs on this machine, as a reader beside Prometheus reaches it.
 *
 * @param host where it listens
 * @param access what lets readers in
 */
public record ExporterClient(String host, int port, ExporterClientAuth access) {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 16 << 20;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    /**
     * Reads the keys.
     *
     * @throws IOException when what guards the exporter cannot be read, or lets nobody in as configured; the message says why
     */
    public static ExporterClient from(Config config) throws IOException {
        String bind = config.text("exporter.bind", "127.0.0.1");
        int port = config.integer("exporter.port", 9818, 0, 65535);
        ExporterClientAuth access = ExporterClientAuth.from(config);
        try {
            config.finish();
        } catch (ConfigException e) {
            throw new IOException("not read: " + problem(e), e);
        }
        return new ExporterClient(bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind, port, access);
    }

    /** In a line; the others come when this one is mended. */
    private static String problem(ConfigException e) {
        return e.problems().stream().findFirst().map(ConfigProblem::toString).orElse("");
    }

    /**
     * What it answers to {@code /metrics}.
     *
     * @throws IOException when that cannot be read; the message says why, and what is missing
     */
    public String metrics() throws IOException, InterruptedException {
        String literal = host.contains(":") ? "[" + host + "]" : host;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(access.scheme() + "://" + literal + ":" + port + "/metrics"));
        try (BoundedHttpClient http = new BoundedHttpClient(access.context())) {
            access.authorization().ifPresent(value -> request.header("Authorization", value));
            HttpResponse<String> answer = http.exchange(request.build(), PATIENCE, MAX_BYTES);
            Optional<ExporterClientAuth.User> user = access.user();
            if (answer.statusCode() == UNAUTHORIZED && user.isPresent()) {
                throw new IOException("refused; does " + user.get().passwordFile() + " hold the password of "
                        + user.get().name() + "?");
            }
            if (answer.statusCode() != OK) {
                throw new IOException("answered with status " + answer.statusCode());
            }
            return answer.body();
        } catch (IOException e) {
            throw new IOException(guards() + "not read: " + e.getMessage(), e);
        }
    }

    private String guards() {
        List<String> guards = new ArrayList<>();
        access.certificate().ifPresent(certificate -> guards.add("TLS"));
        access.user().ifPresent(user -> guards.add("password"));
        return guards.isEmpty() ? "" : "guarded (" + String.join(", ", guards) + "), ";
    }
}
