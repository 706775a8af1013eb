package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.tls.ExporterClientAuth;
import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.common.tls.PinnedCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterClientsTest {

    private static final String USERS = "basic_auth_users: {prometheus: $2y$10$x}\n";
    private static final String TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private ExporterClients clients(String webConfig, String stack) throws IOException {
        Path file = Files.writeString(directory.resolve("web-config.yml"), webConfig);
        Config config = Config.of(
                "exporter: {web-config-file: '" + file + "'}\nstack: {" + stack + "}\n", "avatar.yaml", Map.of());
        ExporterClients clients = ExporterClients.from(config);
        config.finish("stack");
        return clients;
    }

    private static String run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), printed).isZero();
        return printed;
    }

    private void certify(String names) throws IOException, InterruptedException {
        assumeTrue(Installation.find("openssl").isPresent(), "openssl is not installed");
        run(
                directory,
                ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x -addext "
                                + names + " -keyout server.key -out server.pem")
                        .split(" ", -1));
    }

    @Test
    void noWebConfig_keepsConfigurations() throws Exception {
        String text = "scrape_configs:\n  - job_name: avatar\n";

        assertThat(ExporterClientAuth.OPEN.scheme()).isEqualTo("http");
        assertThat(new ExporterClients(ExporterClientAuth.OPEN).prometheus(text))
                .isEqualTo(text);
    }

    @Test
    void tlsAndPassword_areInBothJobsAndWebhooks_andValid() throws Exception {
        certify("subjectAltName=DNS:avatar-host");
        Path password = Files.writeString(directory.resolve("pass word"), "secret\n");

        ExporterClients clients = clients(TLS + USERS, "exporter-password-file: '" + password + "'");

        Path rules = Path.of("..", "alerting-rules").toAbsolutePath().normalize();
        String prometheus = clients.prometheus(Files.readString(rules.resolve("prometheus.yml")));
        String alertmanager = clients.alertmanager(Files.readString(rules.resolve("alertmanager.yml")));
        String tls = "tls_config: {ca_file: \"" + directory.resolve("server.pem") + "\", server_name: \"avatar-host\"}";
        String login = "basic_auth: {username: \"prometheus\", password_file: \"" + password + "\"}";
        assertThat(clients.access().scheme()).isEqualTo("https");
        assertThat(prometheus.split("scheme: https", -1)).hasSize(3);
        assertThat(prometheus).containsOnlyOnce("avatar\n    scheme: https\n    " + tls + "\n    " + login);
        assertThat(prometheus).containsOnlyOnce("avatar-probes\n    scheme: https\n    " + tls + "\n    " + login);
        assertThat(alertmanager.split(java.util.regex.Pattern.quote(tls), -1)).hasSize(3);
        if (Installation.find("promtool").isPresent()) {
            Path file = Files.writeString(directory.resolve("prometheus.yml"), prometheus);
            run(directory, "promtool", "check", "config", "--syntax-only", file.toString());
        }
    }

    @Test
    void clientCertificate_isPresentedByAllThreeClients() throws Exception {
        certify("subjectAltName=IP:127.0.0.1");
        String files = "cert_file: \"" + directory.resolve("server.pem") + "\", key_file: \""
                + directory.resolve("server.key");

        ExporterClients clients = clients(
                "tls_server_config: {cert_file: server.pem, key_file: server.key, client_ca_file: server.pem,"
                        + " client_auth_type: RequireAndVerifyClientCert}\n",
                "exporter-cert-file: '" + directory + "/server.pem', exporter-key-file: '" + directory
                        + "/server.key'");

        assertThat(clients.prometheus("  - job_name: avatar\n")).contains(files);
        assertThat(clients.alertmanager("        http_config:\n")).contains(files);
        try (DemandingServer server =
                DemandingServer.start(directory.resolve("server.pem"), directory.resolve("server.key"))) {
            boolean ready = false;
            // The first handshakes may exceed the probe's timeout of 1 s on a busy machine.
            for (int i = 0; i < 20 && !ready; i++) {
                ready = clients.ready(clients.probe(), server.url());
            }
            assertThat(ready).isTrue();
            ExporterClients stranger = clients(TLS, "");
            assertThat(stranger.ready(stranger.probe(), server.url())).isFalse();
        }
    }

    /** HTTPS server that requires its own certificate from clients. */
    private record DemandingServer(HttpsServer server) implements AutoCloseable {

        static DemandingServer start(Path certificate, Path key) throws Exception {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("own", PinnedCertificate.read(certificate));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            context.init(Pem.keyManagers(certificate, key), trust.getTrustManagers(), null);
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                    wanted.setNeedClientAuth(true);
                    parameters.setSSLParameters(wanted);
                }
            });
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            return new DemandingServer(server);
        }

        String url() {
            return "https://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @Test
    void certificateForLoopback_needsNoServerName() throws Exception {
        certify("subjectAltName=DNS:a,IP:127.0.0.1");

        assertThat(clients(TLS, "").access().serverName()).isEmpty();
        assertThat(clients(TLS, "").access().user()).isEmpty();
    }

    @Test
    void usersWithoutPassword_areReportedWithKey() {
        assertThatThrownBy(() -> clients(USERS, ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("stack.exporter-password-file: found nothing")
                .hasMessageContaining("prometheus's password: web-config.yml has only its hash")
                .hasMessageNotContaining("$2y$");
        assertThatThrownBy(() -> clients("basic_auth_users: {a: x, b: y}\n", "exporter-password-file: /dev/null"))
                .hasMessageContaining("stack.exporter-user: found nothing, expected")
                .hasMessageContaining("a or b");
    }

    @Test
    void unreachableExporterAddress_isReportedAtStart() throws Exception {
        String demanding = "tls_server_config: {client_auth_type: RequireAndVerifyClientCert}\n";
        assertThatThrownBy(() -> clients(demanding, ""))
                .hasMessageContaining("stack.exporter-cert-file: found nothing, expected a certificate signed by ")
                .hasMessageContaining("stack.exporter-key-file");
        assertThatThrownBy(() -> clients(demanding, "exporter-cert-file: /dev/null"))
                .hasMessageContaining("found '/dev/null' without a key");
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        String both = "exporter-cert-file: '" + empty + "', exporter-key-file: '" + empty + "'";
        assertThatThrownBy(() -> clients(demanding, both))
                .hasMessageContaining("found no certificate in " + empty + ", expected PEM with BEGIN CERTIFICATE");
        assertThatThrownBy(() -> clients("tls_server_config: {cert_file: none.pem, key_file: k}\n", ""))
                .hasMessageContaining("none.pem");
        assertThatThrownBy(() -> clients("a: b: c", "")).hasMessageContaining("no YAML in");
    }
}
