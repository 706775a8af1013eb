package io.bev.avatar.exporter.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.exporter.collector.Exposition;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.http.ExporterServer;
import io.bev.avatar.exporter.http.LandingPage;
import io.bev.avatar.exporter.http.Responses;
import io.bev.avatar.exporter.http.RunbookPages;
import io.bev.avatar.testkit.Repository;
import io.bev.avatar.testkit.TestCertificates;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class WebConfigSecurityTest {

    private static final Ticker SYSTEM = Ticker.system();

    @TempDir
    Path directory;

    private final AtomicLong now = new AtomicLong();
    private ScrapeRunner runner;
    private @Nullable WebConfigSecurity access;
    private @Nullable ExporterServer server;

    @BeforeEach
    void open() {
        runner = new ScrapeRunner(List.of(), Duration.ofSeconds(5), SYSTEM, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        if (access != null) {
            access.close();
        }
        runner.close();
    }

    private static String hash(String password) {
        return BCrypt.withDefaults().hashToString(4, password.toCharArray());
    }

    private Path configure(String yaml) throws IOException {
        return Files.writeString(directory.resolve("web.yml"), yaml);
    }

    /** Starts a server configured by {@code yaml}. */
    private void serve(String yaml) throws IOException {
        access = WebConfigSecurity.open(configure(yaml), now::get);
        Exposition exposition = new Exposition(runner, Map.of(), List.of(), List.of());
        server = new ExporterServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ExporterServer.connections(),
                access,
                RequestGuard.allowing(List.of()),
                exposition,
                Duration.ofSeconds(5),
                new LandingPage("1.2.3", exposition::statuses, Map.of(), Clock.systemUTC()),
                new RunbookPages(
                        Repository.root().resolve("alerting-rules/runbooks"), Optional.of("Here, use `./avatar up`.")),
                exchange -> Responses.text(exchange, 200, "alert"));
        server.start();
    }

    private void secondsPass() {
        now.addAndGet(TimeUnit.SECONDS.toNanos(2));
    }

    private int port() {
        return server == null ? 0 : server.address().getPort();
    }

    private HttpRequest request(String scheme, String path, String user, String password) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port() + path));
        if (!user.isEmpty()) {
            byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
        }
        return request.build();
    }

    private int status(String path, String user, String password) throws Exception {
        return HttpClient.newHttpClient()
                .send(request("http", path, user, password), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void users_correctPassword_hasAccessEverywhere() throws Exception {
        serve("basic_auth_users: {prometheus: \"" + hash("päss:word") + "\"}");

        for (String path : List.of("/metrics", "/", "/-/healthy", "/-/ready", "/metrics")) {
            assertThat(status(path, "prometheus", "päss:word")).as(path).isEqualTo(200);
        }
    }

    @Test
    void users_wrongOrNoPassword_is401ExceptAtTheWebhook() throws Exception {
        serve("basic_auth_users: {prometheus: \"" + hash("right") + "\"}");

        for (String path : List.of("/metrics", "/", "/-/healthy", "/-/ready", "/nowhere")) {
            assertThat(status(path, "", "")).as(path).isEqualTo(401);
            assertThat(status(path, "prometheus", "wrong")).as(path).isEqualTo(401);
            assertThat(status(path, "nobody", "right")).as(path).isEqualTo(401);
        }
        assertThat(status("/alerts", "", "")).isEqualTo(200);
        HttpResponse<Void> rejected = HttpClient.newHttpClient()
                .send(request("http", "/metrics", "", ""), HttpResponse.BodyHandlers.discarding());
        assertThat(rejected.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic realm=");
    }

    @Test
    void users_malformedHeaders_are401() throws Exception {
        serve("basic_auth_users: {prometheus: \"" + hash("right") + "\"}");
        String noColon = Base64.getEncoder().encodeToString("prometheus".getBytes(StandardCharsets.UTF_8));

        for (String header : List.of("Basic", "Basic %%%", "Basic " + noColon, "Bearer abc", "")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/metrics"))
                    .header("Authorization", header)
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .as(header)
                    .isEqualTo(401);
        }
    }

    @Test
    void users_manyGuesses_neitherBlockNorEvictKnownUsers() throws Exception {
        serve("basic_auth_users: {prometheus: \"" + BCrypt.withDefaults().hashToString(8, "right".toCharArray())
                + "\"}");
        assertThat(status("/metrics", "prometheus", "right")).isEqualTo(200);
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<Integer>> guesses = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            guesses.add(client.sendAsync(
                            request("http", "/metrics", "prometheus", "guess" + i),
                            HttpResponse.BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode));
        }

        assertThat(status("/metrics", "prometheus", "right")).isEqualTo(200);

        for (CompletableFuture<Integer> guess : guesses) {
            assertThat(guess.get()).isIn(401, 503);
        }
        assertThat(status("/metrics", "prometheus", "right")).isEqualTo(200);
    }

    @Test
    void file_changed_isReloadedWithoutARestart() throws Exception {
        serve("basic_auth_users: {prometheus: \"" + hash("old") + "\"}");
        assertThat(status("/metrics", "prometheus", "old")).isEqualTo(200);

        configure("http_server_config: {headers: {X-Frame-Options: deny}}\nbasic_auth_users: {other: \"" + hash("new")
                + "\"}");
        secondsPass();

        assertThat(status("/metrics", "prometheus", "old")).isEqualTo(401);
        HttpResponse<Void> answer = HttpClient.newHttpClient()
                .send(request("http", "/metrics", "other", "new"), HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("deny");
    }

    @Test
    void file_invalid_keepsThePreviousConfiguration() throws Exception {
        serve("basic_auth_users: {prometheus: \"" + hash("old") + "\"}");

        for (String broken : List.of("basic_auth_users: {prometheus: plain}", "[", "no_such_key: 1")) {
            configure(broken);
            secondsPass();
            assertThat(status("/metrics", "prometheus", "old")).isEqualTo(200);
            assertThat(status("/metrics", "", "")).isEqualTo(401);
        }
        Files.delete(directory.resolve("web.yml"));
        secondsPass();
        assertThat(status("/metrics", "", "")).isEqualTo(401);
    }

    private String tlsYaml(String more) {
        return "tls_server_config: {cert_file: server.pem, key_file: server.key" + more + "}\n";
    }

    /** Client that trusts the test CA and presents {@code certificate} unless it is empty. */
    private SSLContext client(String certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "ca", Pem.certificates(directory.resolve("ca.pem")).get(0));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (!certificate.isEmpty()) {
            store.setKeyEntry(
                    "me",
                    Pem.privateKey(directory.resolve(certificate + ".key")),
                    new char[0],
                    Pem.certificates(directory.resolve(certificate + ".pem")).toArray(X509Certificate[]::new));
        }
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private SSLSession tlsSession(HttpClient client) throws Exception {
        HttpResponse<Void> answer =
                client.send(request("https", "/-/healthy", "", ""), HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.sslSession().orElseThrow();
    }

    private HttpClient tlsClient(String certificate) throws Exception {
        return HttpClient.newBuilder().sslContext(client(certificate)).build();
    }

    @Test
    void tls_trustingClient_isServed_plainHttpIsNot() throws Exception {
        TestCertificates unused = TestCertificates.make(directory);
        serve(tlsYaml(""));

        assertThat(tlsSession(tlsClient("")).getProtocol()).isEqualTo("TLSv1.3");

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(everything(socket)).doesNotContain("200 OK", "process_");
        }
        assertThat(tlsSession(tlsClient("")).getProtocol()).isEqualTo("TLSv1.3");
    }

    private static String everything(Socket socket) {
        StringBuilder text = new StringBuilder();
        try (InputStream in = socket.getInputStream()) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                text.append((char) c);
            }
        } catch (IOException e) {
            // A connection reset also ends the stream.
            text.append(' ');
        }
        return text.toString();
    }

    @Test
    void tls_versionLimits_areEnforced() throws Exception {
        TestCertificates unused = TestCertificates.make(directory);
        serve(tlsYaml(", max_version: TLS12"));
        assertThat(tlsSession(tlsClient("")).getProtocol()).isEqualTo("TLSv1.2");

        SSLParameters newest = new SSLParameters();
        newest.setProtocols(new String[] {"TLSv1.3"});
        HttpClient client = HttpClient.newBuilder()
                .sslContext(client(""))
                .sslParameters(newest)
                .build();
        assertThat(catchThrowable(() -> tlsSession(client))).isInstanceOf(IOException.class);
    }

    @Test
    void tls_clientCertificateRequired_onlyTrustedOnesAreAccepted() throws Exception {
        TestCertificates certificates = TestCertificates.make(directory);
        certificates.issue("prometheus", "-newkey rsa:2048");
        certificates.openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=stranger",
                "-keyout",
                "stranger.key",
                "-out",
                "stranger.pem");
        serve(tlsYaml(", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"));

        assertThat(tlsSession(tlsClient("prometheus")).getProtocol()).isEqualTo("TLSv1.3");
        assertThat(catchThrowable(() -> tlsSession(tlsClient("")))).isInstanceOf(IOException.class);
        assertThat(catchThrowable(() -> tlsSession(tlsClient("stranger")))).isInstanceOf(IOException.class);
    }

    @Test
    void tls_anyClientCertificate_isRequiredButNotVerified() throws Exception {
        TestCertificates certificates = TestCertificates.make(directory);
        certificates.openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=stranger",
                "-keyout",
                "stranger.key",
                "-out",
                "stranger.pem");
        serve(tlsYaml(", client_auth_type: RequireAnyClientCert"));

        assertThat(tlsSession(tlsClient("stranger")).isValid()).isTrue();
        assertThat(catchThrowable(() -> tlsSession(tlsClient("")))).isInstanceOf(IOException.class);
    }

    @Test
    void certificate_renewed_isUsedForNewConnections() throws Exception {
        TestCertificates certificates = TestCertificates.make(directory);
        serve(tlsYaml(""));
        X509Certificate old = (X509Certificate) tlsSession(tlsClient("")).getPeerCertificates()[0];

        // While only one of the two files is renewed they do not match: the old pair stays active.
        Files.move(directory.resolve("server.key"), directory.resolve("server.key.old"));
        Files.copy(directory.resolve("ca.key"), directory.resolve("server.key"));
        secondsPass();
        assertThat(tlsSession(tlsClient("")).getPeerCertificates()[0]).isEqualTo(old);

        certificates.issue("server", "-newkey ec -pkeyopt ec_paramgen_curve:P-256");
        secondsPass();
        X509Certificate renewed = (X509Certificate) tlsSession(tlsClient("")).getPeerCertificates()[0];
        assertThat(renewed.getSerialNumber()).isNotEqualTo(old.getSerialNumber());
    }

    @Test
    void tls_hundredHalfHandshakes_otherClientsAreServed() throws Exception {
        TestCertificates unused = TestCertificates.make(directory);
        serve(tlsYaml(""));
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
                // Header of a TLS record of 512 bytes that are never sent.
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0});
                slow.add(socket);
            }
            assertThat(tlsSession(tlsClient("")).isValid()).isTrue();
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void open_keyOfAnotherCertificate_failsAtStart() throws Exception {
        TestCertificates unused = TestCertificates.make(directory);
        Path file = configure("tls_server_config: {cert_file: server.pem, key_file: ca.key}");

        assertThatThrownBy(() -> WebConfigSecurity.open(file, SYSTEM))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("found another certificate's key in " + directory.resolve("ca.key"))
                .hasMessageContaining(
                        "expected the key with which " + directory.resolve("server.pem") + " was requested");
    }
}
