package io.bev.avatar.launcher.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.bev.avatar.common.tls.PinnedCertificate;
import io.bev.avatar.launcher.program.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the installed scripts, and the Prometheus that they set up, get into an exporter behind TLS and a password. */
class GuardedExporterTest {

    private static final String METRICS = "nvidia_gpu_count 1\n";
    private static final String PASSWORD = "s3 \"cret\\#$x";
    private static final String RULES = BootedContainer.ROOT.resolve("alerting-rules") + "/";
    private static final char[] STORE = "store".toCharArray();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @SuppressWarnings("NullAway.Init") // set before each
    private HttpServer server;

    /** What those who got in asked for. */
    private final BlockingQueue<String> queries = new LinkedBlockingQueue<>();

    @BeforeEach
    void serve() throws Exception {
        assumeTrue(Programs.find("curl").isPresent(), "curl is not installed");
        assumeTrue(Programs.find("openssl").isPresent(), "openssl is not installed");
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
        Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void rightCertificateAndPassword_giveTheMetrics() throws Exception {
        settings("tls_server_config:\n  cert_file: server.pem\nbasic_auth_users:\n  prometheus: $2y$10$x\n", true);
        assertThat(said("exporter_url")).isEqualTo("https://127.0.0.1:" + port());
        assertThat(said("exporter_get /metrics")).isEqualTo(METRICS.strip());
        settings("tls_server_config: {cert_file: server.pem}\nbasic_auth_users: {'prometheus': $2y$10$x}\n", true);
        assertThat(said("exporter_get /metrics")).isEqualTo(METRICS.strip());
    }

    @Test
    void whatKeepsTheMetrics_isNamed() throws Exception {
        String web = "tls_server_config: {cert_file: server.pem}\nbasic_auth_users: {prometheus: $2y$10$x}\n";
        settings(web, false);
        assertThat(said("exporter_get /metrics"))
                .isEqualTo("guarded (TLS, password), not read: give a file with the password of prometheus as "
                        + "stack.exporter-password-file in " + folder + "/avatar.yaml");

        settings(web, true);
        Files.writeString(folder.resolve("password"), "another");
        assertThat(said("exporter_get /metrics"))
                .isEqualTo("guarded (TLS, password), not read: refused; does " + folder
                        + "/password hold the password of prometheus?");

        certify("other", "server.example");
        settings(web.replace("server.pem", "other.pem"), true);
        assertThat(said("exporter_get /metrics"))
                .isEqualTo("guarded (TLS, password), not read: who answers has another certificate than " + folder
                        + "/other.pem");

        Files.writeString(folder.resolve("avatar.yaml"), "exporter:\n  port: " + port() + "\n");
        assertThat(said("exporter_get /metrics"))
                .isEqualTo("not read: somebody listens there who does not answer as the exporter does");
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            settings(web, nobody.getLocalPort(), true);
            assertThat(said("exporter_get /metrics")).isEqualTo("no answer");
        }
    }

    @Test
    void blankedText_holdsNoSecret() throws Exception {
        settings("basic_auth_users: {prometheus: $2y$10$x}\n", true);
        Files.createDirectory(folder.resolve("credentials"));
        Files.writeString(folder.resolve("credentials/control-password"), "[a]/b\n");
        Files.writeString(folder.resolve("credentials/alert-token"), "\nsecond");
        Files.writeString(folder.resolve("text"), "one " + PASSWORD + " two [a]/b three\n");
        // The function alone: the manager's script does something as soon as it is read.
        String function = "$(sed -n '/^without_secrets() {/,/^}/p' '"
                + BootedContainer.ROOT.resolve("systemd/avatar-service-manager.sh") + "')";
        assertThat(said("eval \"" + function + "\"; without_secrets <text")).isEqualTo("one *** two *** three");
    }

    @Test
    void stack_prometheus_getsInWithBothJobs() throws Exception {
        assumeTrue(Programs.find("prometheus").isPresent(), "prometheus is not installed");
        settings("""
                tls_server_config: {cert_file: server.pem, client_auth_type: RequireAndVerifyClientCert}
                basic_auth_users: {prometheus: $2y$10$x}
                """, true);
        assertThat(said("(read_guards)"))
                .contains("exporter-cert-file", "found '' and ''", "client_ca_file of " + folder);
        showCertificate();
        assertThat(said("exporter_get /metrics")).isEqualTo(METRICS.strip());
        assertThat(queries.take()).isEqualTo("CN=client null");
        String config = said("read_guards && guarded_prometheus " + RULES + "prometheus.yml");
        assertThat(said("read_guards && guard_credentials password")).isEqualTo("""
                        LoadCredential=exporter-certificate:F/server.pem
                        LoadCredential=exporter-client-certificate:F/client.pem
                        LoadCredential=exporter-client-key:F/client.key
                        LoadCredential=exporter-password:F/password""".replace("F/", folder + "/"));
        // In place of systemd, which would put them there.
        Files.writeString(
                folder.resolve("prometheus.yml"),
                config.replace("/run/credentials/prometheus.service/exporter-certificate", folder + "/server.pem")
                        .replace(
                                "/run/credentials/prometheus.service/exporter-client-certificate",
                                folder + "/client.pem")
                        .replace("/run/credentials/prometheus.service/exporter-client-key", folder + "/client.key")
                        .replace("/run/credentials/prometheus.service/exporter-password", folder + "/password"));
        Files.createDirectory(folder.resolve("targets"));
        Files.writeString(folder.resolve("targets/avatar.yml"), "- targets: ['127.0.0.1:" + port() + "']\n");

        Process prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:0")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        try {
            Set<String> seen = new TreeSet<>();
            while (seen.size() < 2) {
                String query = queries.poll(1, TimeUnit.SECONDS);
                if (query != null) {
                    seen.add(query);
                }
                assertThat(prometheus.isAlive())
                        .as(Files.readString(folder.resolve("said")))
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
    void stack_alertmanager_postsOverTlsToTheExportersPort() throws Exception {
        settings("tls_server_config: {cert_file: server.pem}\n", true);

        String config = said("read_guards && guarded_alertmanager " + RULES + "alertmanager.yml");

        assertThat(config)
                .doesNotContain("http://127.0.0.1:9818")
                .contains("https://127.0.0.1:" + port() + "/alerts")
                .contains("        http_config:\n          tls_config: {ca_file: "
                        + "\"/run/credentials/prometheus-alertmanager.service/exporter-certificate\", server_name: "
                        + "\"server.example\"}");
        assertThat(said("read_guards && guard_credentials")).doesNotContain("password");
        if (Programs.find("amtool").isPresent()) {
            Files.writeString(folder.resolve("alertmanager.yml"), config);
            run("amtool check-config alertmanager.yml");
        }
    }

    @Test
    void stack_withoutGuards_leavesTheConfigurationsAsTheyAre() throws Exception {
        Files.writeString(folder.resolve("avatar.yaml"), "exporter:\n  port: 9818\n");
        for (String program : List.of("prometheus", "alertmanager")) {
            String file = RULES + program + ".yml";
            assertThat(said("read_guards && guarded_" + program + " " + file))
                    .isEqualTo(Files.readString(Path.of(file)).strip());
        }
        assertThat(said("read_guards && guard_credentials password")).isEmpty();
    }

    @Test
    void stack_whatKeepsPrometheusOut_isNamed() throws Exception {
        settings("basic_auth_users: {prometheus: $2y$10$x}\n", false);
        assertThat(said("(read_guards)"))
                .contains(
                        "stack.exporter-password-file: found '', expected a file whose text is the password of prometheus");
        settings("tls_server_config: {cert_file: none.pem}\n", false);
        assertThat(said("(read_guards)")).contains(folder + "/none.pem: expected a certificate with a subjectAltName");
        Files.delete(folder.resolve("web-config.yml"));
        assertThat(said("(read_guards)")).contains("exporter.web-config-file: found '" + folder + "/web-config.yml'");
    }

    private void showCertificate() throws IOException {
        Files.writeString(
                folder.resolve("avatar.yaml"),
                "  exporter-cert-file: " + folder + "/client.pem\n  exporter-key-file: " + folder + "/client.key\n",
                StandardOpenOption.APPEND);
    }

    private void settings(String webConfig, boolean password) throws IOException {
        settings(webConfig, port(), password);
    }

    private void settings(String webConfig, int port, boolean password) throws IOException {
        Files.writeString(folder.resolve("web-config.yml"), webConfig);
        Files.writeString(
                folder.resolve("avatar.yaml"),
                "exporter:\n  port: " + port + "\n  web-config-file: '" + folder + "/web-config.yml'\nstack:\n"
                        + (password
                                ? "  exporter-password-file: " + folder + "/password\n"
                                : "  grafana-port: 3000\n"));
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
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("server.p12"))) {
            store.load(in, STORE);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, STORE);
        SSLContext context = SSLContext.getInstance("TLS");
        KeyStore clients = KeyStore.getInstance("PKCS12");
        clients.load(null, null);
        clients.setCertificateEntry("client", PinnedCertificate.read(folder.resolve("client.pem")));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(clients);
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private void certify(String file, String name) throws IOException, InterruptedException {
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name
                + " -addext subjectAltName=DNS:" + name + " -keyout " + file + ".key -out " + file + ".pem 2>&1"
                + " && openssl pkcs12 -export -in " + file + ".pem -inkey " + file + ".key -out " + file
                + ".p12 -passout pass:store");
    }

    /** What the scripts' function says with the configuration in {@link #folder}. */
    private String said(String call) throws IOException, InterruptedException {
        return run("set -euo pipefail; . '" + BootedContainer.ROOT.resolve("systemd/operate.sh") + "'; settings='"
                + folder + "'; " + call + " || true");
    }

    private String run(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("bash", "-c", script))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }
}
