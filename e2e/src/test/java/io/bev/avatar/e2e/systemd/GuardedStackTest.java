package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.bev.avatar.cds.Installation;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Access of the Prometheus configured by avatar-stack to an exporter with TLS, client certificates and a password. */
class GuardedStackTest {

    private static final String METRICS = "nvidia_gpu_count 1\n";
    private static final String PASSWORD = "s3 \"cret\\#$x";
    private static final String RULES = BootedContainer.ROOT.resolve("alerting-rules") + "/";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each
    private HttpServer server;

    /** Queries of the accepted requests. */
    private final BlockingQueue<String> queries = new LinkedBlockingQueue<>();

    @BeforeEach
    void serve() throws Exception {
        assumeTrue(Installation.find("openssl").isPresent(), "openssl is not installed");
        certify("server", "server.example");
        certify("client", "client");
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls()) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        https.createContext("/metrics", exchange -> {
                    byte[] body = METRICS.getBytes(StandardCharsets.UTF_8);
                    queries.add(shown(exchange) + exchange.getRequestURI().getQuery());
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                })
                .setAuthenticator(new BasicAuthenticator("exporter") {
                    @Override
                    public boolean checkCredentials(String user, String password) {
                        return user.equals("prometheus") && password.equals(PASSWORD);
                    }
                });
        https.start();
        server = https;
        Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void prometheus_scrapesBothJobs() throws Exception {
        assumeTrue(Installation.find("prometheus").isPresent(), "prometheus is not installed");
        access("""
            certificate F/server.pem
            server-name server.example
            client-certificate F/client.pem
            client-key F/client.key
            user prometheus
            password-file F/password
            """);
        String config = output("read_guards && guarded_prometheus " + RULES + "prometheus.yml");
        assertThat(output("read_guards && guard_credentials password")).isEqualTo("""
            LoadCredential=exporter-certificate:F/server.pem
            LoadCredential=exporter-client-certificate:F/client.pem
            LoadCredential=exporter-client-key:F/client.key
            LoadCredential=exporter-password:F/password\
            """.replace("F/", directory + "/"));
        // Normally provided by systemd.
        Files.writeString(
                directory.resolve("prometheus.yml"),
                config.replace("/run/credentials/prometheus.service/exporter-certificate", directory + "/server.pem")
                        .replace(
                                "/run/credentials/prometheus.service/exporter-client-certificate",
                                directory + "/client.pem")
                        .replace("/run/credentials/prometheus.service/exporter-client-key", directory + "/client.key")
                        .replace("/run/credentials/prometheus.service/exporter-password", directory + "/password"));
        Files.createDirectory(directory.resolve("targets"));
        Files.writeString(directory.resolve("targets/avatar.yml"), "- targets: ['127.0.0.1:" + port() + "']\n");

        Process prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:0")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        try {
            Set<String> seen = new TreeSet<>();
            while (seen.size() < 2) {
                String query = queries.poll(1, TimeUnit.SECONDS);
                if (query != null) {
                    seen.add(query);
                }
                assertThat(prometheus.isAlive())
                        .as(Files.readString(directory.resolve("output")))
                        .isTrue();
            }
            assertThat(seen)
                    .containsExactly(
                            "CN=client collect[]=endpoint&collect[]=mcp", "CN=client exclude[]=endpoint&exclude[]=mcp");
        } finally {
            prometheus.destroyForcibly().onExit().join();
        }
    }

    @Test
    void alertmanager_postsOverTlsToExporterPort() throws Exception {
        access("certificate F/server.pem\nserver-name server.example\n");

        String config = output("read_guards && guarded_alertmanager " + RULES + "alertmanager.yml");

        assertThat(config)
                .doesNotContain("http://127.0.0.1:9818")
                .contains("https://127.0.0.1:" + port() + "/alerts")
                .contains("        http_config:\n          tls_config: {ca_file: "
                        + "\"/run/credentials/prometheus-alertmanager.service/exporter-certificate\", server_name: "
                        + "\"server.example\"}");
        assertThat(output("read_guards && guard_credentials")).doesNotContain("password");
        if (Installation.find("amtool").isPresent()) {
            Files.writeString(directory.resolve("alertmanager.yml"), config);
            run("amtool check-config alertmanager.yml");
        }
    }

    @Test
    void withoutGuards_keepsConfigurations() throws Exception {
        Files.writeString(directory.resolve("avatar.yaml"), "exporter:\n  port: 9818\n");
        for (String program : List.of("prometheus", "alertmanager")) {
            String file = RULES + program + ".yml";
            assertThat(output("read_guards && guarded_" + program + " " + file))
                    .isEqualTo(Files.readString(Path.of(file)).strip());
        }
        assertThat(output("read_guards && guard_credentials password")).isEmpty();
    }

    @Test
    void invalidAccess_stopsWithReason() throws Exception {
        access("");
        assertThat(output(
                        "installed_exporter() { echo the reason >&2; return 78; }; (read_guards; echo on) || echo $?"))
                .isEqualTo("the reason\n78");
    }

    /** Sets the output of the exporter's command {@code access}. */
    private void access(String lines) throws IOException {
        Files.writeString(directory.resolve("access"), lines.replace("F/", directory + "/"));
        Files.writeString(directory.resolve("web-config.yml"), "tls_server_config: {cert_file: server.pem}\n");
        Files.writeString(
                directory.resolve("avatar.yaml"),
                "exporter:\n  port: " + port() + "\n  web-config-file: '" + directory + "/web-config.yml'\n");
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private static String shown(HttpExchange exchange) {
        try {
            return ((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName() + " ";
        } catch (SSLPeerUnverifiedException none) {
            return "";
        }
    }

    private SSLContext tls() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyStore clients = KeyStore.getInstance("PKCS12");
        clients.load(null, null);
        clients.setCertificateEntry("client", PinnedCertificate.read(directory.resolve("client.pem")));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(clients);
        context.init(
                Pem.keyManagers(directory.resolve("server.pem"), directory.resolve("server.key")),
                trust.getTrustManagers(),
                null);
        return context;
    }

    private void certify(String file, String name) throws IOException, InterruptedException {
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name
                + " -addext subjectAltName=DNS:" + name + " -keyout " + file + ".key -out " + file + ".pem 2>&1");
    }

    /** Output of a function of the scripts with the configuration in {@link #directory}. */
    private String output(String call) throws IOException, InterruptedException {
        Path scripts = BootedContainer.ROOT.resolve("systemd");
        return run("set -euo pipefail; . '" + scripts + "/operate.sh'; . '" + scripts + "/stack-guards.sh'; settings='"
                + directory + "'; installed_exporter() { cat access; }; " + call + " || true");
    }

    private String run(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("bash", "-c", script))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }
}
