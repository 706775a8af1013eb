package io.bev.avatar.exporter.check;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.process.ListeningSocket;
import io.bev.avatar.common.tls.PinnedCertificate;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;

/**
 * Checks that each port is free or used by this avatar. A process belongs to this avatar if it is in the control group
 * of one of its units or runs one of its jars; if the process is not accessible, if its HTTP response identifies it.
 */
public final class PortCheck implements Check {

    /**
     * Port on which a component of the avatar listens.
     *
     * @param use component, used in the name of the result
     * @param key configuration key
     * @param port TCP port; 0 (any free port) needs no check
     * @param path HTTP path to request
     * @param marker part of the response that identifies the component
     * @param body JSON to send with POST; empty for GET
     * @param certificate its TLS certificate, PEM, which then identifies it; empty for plain HTTP
     */
    public record Port(
            String use, String key, int port, String path, String marker, String body, Optional<Path> certificate) {

        /** Port that answers a GET over plain HTTP. */
        public Port(String use, String key, int port, String path, String marker) {
            this(use, key, port, path, marker, "", Optional.empty());
        }

        /** Port that answers a POST over plain HTTP. */
        public Port(String use, String key, int port, String path, String marker, String body) {
            this(use, key, port, path, marker, body, Optional.empty());
        }

        /** Port that answers a GET, over TLS if there is a certificate. */
        public Port(String use, String key, int port, String path, String marker, Optional<Path> certificate) {
            this(use, key, port, path, marker, "", certificate);
        }

        /** Whether a challenge of a 401 response is that of the component, which also identifies it. */
        private boolean challenges(String challenge) {
            return challenge.contains("realm=\"avatar-" + use + "\"") || challenge.contains("realm=\"avatar control\"");
        }

        private HttpRequest request() {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            return body.isEmpty()
                    ? request.build()
                    : request.header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build();
        }
    }

    private static final Pattern JAR =
            Pattern.compile("avatar-(renderer|exporter|launcher)[^/ ]*\\.jar|io\\.bev\\.avatar\\.");
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_BYTES = 256 * 1024;

    private final Path proc;
    private final List<String> units;
    private final List<Port> ports;
    private final BoundedHttpClient http;

    /**
     * @param units units of the avatar, such as {@code bev-avatar-exporter.service}
     * @param http client for plain HTTP ports
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
        String expected = "free, or used by this avatar";
        if (port.port() == 0) {
            return CheckResult.ok(name, "any free port", expected);
        }
        List<ListeningSocket> sockets = ListeningSocket.on(port.port(), proc);
        if (sockets.isEmpty()) {
            return CheckResult.ok(name, port.port() + " is free", expected);
        }
        for (ListeningSocket socket : sockets) {
            Optional<Path> process = socket.process(proc);
            Identity identity = process.isPresent() ? identity(process.get()) : identity(port);
            if (identity == Identity.SILENT) {
                return CheckResult.warning(
                        name,
                        port.port() + " is used by a process of UID " + socket.uid() + " that did not respond within "
                                + TIMEOUT.toSeconds() + " s",
                        expected,
                        "run the check as root, which shows the process, or again when the machine is less busy");
            }
            if (identity == Identity.FOREIGN) {
                return CheckResult.failure(
                        name,
                        port.port() + " is used by "
                                + process.map(PortCheck::describe)
                                        .orElse("a process of UID " + socket.uid() + " ('ss -ltnp' as root shows it)"),
                        expected,
                        "stop that process, or configure another port in " + port.key());
            }
        }
        return CheckResult.ok(name, port.port() + " is used by this avatar", expected);
    }

    /** Who listens on a port. */
    private enum Identity {
        OWN,
        FOREIGN,
        /** It accepts connections and does not respond in time, as an overloaded component of this avatar may. */
        SILENT;

        static Identity of(boolean own) {
            return own ? OWN : FOREIGN;
        }

        static Identity of(IOException failure) {
            return failure instanceof SocketTimeoutException || failure instanceof HttpTimeoutException
                    ? SILENT
                    : FOREIGN;
        }
    }

    private Identity identity(Path process) {
        String group = read(process.resolve("cgroup"));
        return Identity.of(units.stream().anyMatch(unit -> group.contains("/" + unit))
                || JAR.matcher(read(process.resolve("cmdline"))).find());
    }

    private Identity identity(Port port) throws InterruptedException {
        return port.certificate().isPresent() ? ofKey(port.certificate().get(), port.port()) : ofResponse(port);
    }

    /** Only the handshake is done; a request might require a password or client certificate. */
    private static Identity ofKey(Path certificate, int port) {
        int timeoutMillis = (int) TIMEOUT.toMillis();
        try (Socket connection = new Socket()) {
            connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMillis);
            connection.setSoTimeout(timeoutMillis);
            try (SSLSocket tls = (SSLSocket) PinnedCertificate.context(certificate)
                    .getSocketFactory()
                    .createSocket(connection, "127.0.0.1", port, true)) {
                tls.startHandshake();
                return Identity.OWN;
            }
        } catch (IOException e) {
            return Identity.of(e);
        }
    }

    private Identity ofResponse(Port port) throws InterruptedException {
        try {
            HttpResponse<String> answer = http.exchange(port.request(), TIMEOUT, MAX_BYTES);
            return Identity.of(answer.body().contains(port.marker())
                    || answer.headers()
                            .firstValue("WWW-Authenticate")
                            .filter(port::challenges)
                            .isPresent());
        } catch (IOException e) {
            return Identity.of(e);
        }
    }

    private static String describe(Path process) {
        return read(process.resolve("comm")).strip() + ", pid " + process.getFileName();
    }

    private static String read(Path file) {
        try {
            return new String(BoundedFiles.readBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // exited meanwhile, or not accessible
        }
    }
}
