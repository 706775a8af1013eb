package io.bev.avatar.exporter;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.tls.PinnedCertificate;
import io.bev.avatar.common.tls.WebConfigOutline;
import io.bev.avatar.exporter.client.HttpSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The exporter that runs on this machine, as a reader beside Prometheus reaches it: behind TLS it takes the certificate that
 * {@code web-config.yml} names and no other, and the password comes from the file that Prometheus' comes from.
 *
 * @param host where it listens
 * @param webConfig of {@code exporter.web-config-file}
 * @param user of {@code stack.exporter-user}; the first of the web configuration when empty
 * @param passwordFile of {@code stack.exporter-password-file}
 */
record RunningExporter(
        String host, int port, Optional<Path> webConfig, Optional<String> user, Optional<Path> passwordFile) {

    private static final String PASSWORD_KEY = "stack.exporter-password-file";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 16 << 20;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    /** Reads the keys; problems are noted in {@code config}. */
    static RunningExporter from(Config config) {
        String bind = config.text("exporter.bind", "127.0.0.1");
        return new RunningExporter(
                bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind,
                config.integer("exporter.port", 9818, 0, 65535),
                config.optionalText("exporter.web-config-file").map(Path::of),
                config.optionalText("stack.exporter-user"),
                config.optionalText(PASSWORD_KEY).map(Path::of));
    }

    /**
     * What it answers to {@code /metrics}.
     *
     * @throws IOException when that cannot be read; the message says why, and what is missing
     */
    String metrics() throws IOException, InterruptedException {
        WebConfigOutline outline = outline();
        try {
            return metrics(outline);
        } catch (IOException e) {
            List<String> guards = new ArrayList<>();
            outline.certificate().ifPresent(certificate -> guards.add("TLS"));
            name(outline).ifPresent(name -> guards.add("password"));
            String guarded = guards.isEmpty() ? "" : "guarded (" + String.join(", ", guards) + "), ";
            String demand = outline.demandsCertificate() ? "; it demands a certificate of its clients" : "";
            throw new IOException(guarded + "not read: " + e.getMessage() + demand, e);
        }
    }

    private String metrics(WebConfigOutline outline) throws IOException, InterruptedException {
        String scheme = outline.certificate().isPresent() ? "https" : "http";
        String literal = host.contains(":") ? "[" + host + "]" : host;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(scheme + "://" + literal + ":" + port + "/metrics"));
        Optional<String> name = name(outline);
        if (name.isPresent()) {
            request.header("Authorization", authorization(name.get()));
        }
        try (HttpSource http = new HttpSource(outline.certificate().map(PinnedCertificate::context))) {
            HttpResponse<String> answer = http.exchange(request.build(), PATIENCE, MAX_BYTES);
            if (answer.statusCode() == UNAUTHORIZED && name.isPresent()) {
                throw new IOException("refused; does "
                        + passwordFile.map(Path::toString).orElse("?") + " hold the password of " + name.get() + "?");
            }
            if (answer.statusCode() != OK) {
                throw new IOException("answered with status " + answer.statusCode());
            }
            return answer.body();
        }
    }

    private WebConfigOutline outline() throws IOException {
        if (webConfig.isEmpty()) {
            return new WebConfigOutline(Optional.empty(), List.of(), false);
        }
        if (!Files.isReadable(webConfig.get())) {
            throw new IOException("guarded, not read: " + unreadable(webConfig.get()));
        }
        return WebConfigOutline.read(webConfig.get());
    }

    private Optional<String> name(WebConfigOutline outline) {
        return outline.users().isEmpty()
                ? Optional.empty()
                : user.or(() -> outline.users().stream().findFirst());
    }

    private String authorization(String name) throws IOException {
        Path file = passwordFile.orElseThrow(() -> new IOException(
                "give a file with the password of " + name + " as " + PASSWORD_KEY + " in avatar.yaml"));
        if (!Files.isReadable(file)) {
            throw new IOException("the password of " + name + ": " + unreadable(file));
        }
        String pair = name + ":" + Files.readString(file).strip();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String unreadable(Path file) {
        return file + " is not there, or cannot be read by " + System.getProperty("user.name", "this user");
    }
}
