package io.bev.avatar.exporter.check;

import io.bev.avatar.common.tls.PinnedCertificate;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;

/**
 * Whether each port is free or already held by us. Ours is a process in one of our units' control groups, one that runs our
 * jar, or, where this user may not look into the holder, one that answers as ours.
 */
public final class PortCheck implements Check {

    /**
     * A port that we listen on.
     *
     * @param use what listens there, as part of the result's name
     * @param key of the configuration
     * @param port 0 for any free one, which needs no check
     * @param path what it answers over HTTP
     * @param sign a part of that answer that nobody else gives
     * @param certificate the one that it shows, as PEM, where it speaks TLS: that is sign enough
     */
    public record Port(String use, String key, int port, String path, String sign, Optional<Path> certificate) {

        /** Over plain HTTP. */
        public Port(String use, String key, int port, String path, String sign) {
            this(use, key, port, path, sign, Optional.empty());
        }

        /** What ours names when it asks for a password, which is as good a sign. */
        private String realm() {
            return "realm=\"avatar-" + use + "\"";
        }
    }

    private static final Pattern JAR =
            Pattern.compile("avatar-(renderer|exporter|launcher)[^/ ]*\\.jar|io\\.bev\\.avatar\\.");
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MAX_BYTES = 256 * 1024;

    private final Path proc;
    private final List<String> units;
    private final List<Port> ports;
    private final BoundedHttpClient http;

    /**
     * @param units of ours, such as {@code bev-avatar-exporter.service}
     * @param http asks those that do not speak TLS
     */
    public PortCheck(Path proc, List<String> units, List<Port> ports, BoundedHttpClient http) {
        this.proc = proc;
        this.units = List.copyOf(units);
        this.ports = List.copyOf(ports);
        this.http = http;
    }

    @Override
    public String name() {
        return "ports";
    }

    @Override
    public List<CheckResult> run() throws IOException, InterruptedException {
        List<CheckResult> results = new ArrayList<>();
        for (Port port : ports) {
            results.add(check(port));
        }
        return results;
    }

    private CheckResult check(Port port) throws IOException, InterruptedException {
        String name = "port-" + port.use();
        String expected = "free, or held by ourselves";
        if (port.port() == 0) {
            return CheckResult.ok(name, "any free one", expected);
        }
        List<ListeningSocket> sockets = ListeningSocket.on(port.port(), proc);
        if (sockets.isEmpty()) {
            return CheckResult.ok(name, port.port() + " is free", expected);
        }
        for (ListeningSocket socket : sockets) {
            Optional<Path> process = socket.process(proc);
            if (process.isPresent() ? !isOurs(process.get()) : !seemsOurs(port)) {
                return CheckResult.failure(
                        name,
                        port.port() + " is held by "
                                + process.map(PortCheck::describe)
                                        .orElse("a process of user id " + socket.uid()
                                                + "; as root, 'ss -ltnp' names it"),
                        expected,
                        "stop that, or configure another port in " + port.key());
            }
        }
        return CheckResult.ok(name, port.port() + " is held by ourselves", expected);
    }

    private boolean isOurs(Path process) {
        String group = read(process.resolve("cgroup"));
        return units.stream().anyMatch(unit -> group.contains("/" + unit))
                || JAR.matcher(read(process.resolve("cmdline"))).find();
    }

    private boolean seemsOurs(Port port) throws InterruptedException {
        return port.certificate().isPresent()
                ? hasTheKeyOf(port.certificate().get(), port.port())
                : answersAsOurs(port);
    }

    /** No request is sent: it may ask us for a password, or for a certificate of our own. */
    private static boolean hasTheKeyOf(Path certificate, int port) {
        int patience = (int) PATIENCE.toMillis();
        try (Socket connection = new Socket()) {
            connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), patience);
            connection.setSoTimeout(patience);
            try (SSLSocket tls = (SSLSocket) PinnedCertificate.context(certificate)
                    .getSocketFactory()
                    .createSocket(connection, "127.0.0.1", port, true)) {
                tls.startHandshake();
                return true;
            }
        } catch (IOException e) {
            return false;
        }
    }

    private boolean answersAsOurs(Port port) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.port() + port.path()))
                .build();
        try {
            HttpResponse<String> answer = http.exchange(request, PATIENCE, MAX_BYTES);
            return answer.body().contains(port.sign())
                    || answer.headers()
                            .firstValue("WWW-Authenticate")
                            .filter(asked -> asked.contains(port.realm()))
                            .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private static String describe(Path process) {
        return read(process.resolve("comm")).strip() + ", pid " + process.getFileName();
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // it ended meanwhile, or hides this file from us
        }
    }
}
