package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.exporter.check.CheckResult;
import io.bev.avatar.exporter.check.PortCheck;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.testkit.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real Prometheus, promtool and curl against the exporter with TLS and a password. */
class PrometheusOverTlsTest {

    @TempDir
    Path directory;

    private ExporterConfigs settings;

    @BeforeEach
    void configure() throws Exception {
        TestCertificates unused = TestCertificates.make(directory);
        String hash = BCrypt.withDefaults().hashToString(10, "right password".toCharArray());
        Path web = Files.writeString(directory.resolve("web-config.yml"), """
            tls_server_config: {cert_file: server.pem, key_file: server.key}
            basic_auth_users: {prometheus: "%s"}
            """.formatted(hash));
        String yaml = """
            exporter: {port: 0, state-directory: %s, nvml-library: libno-such-nvml.so, web-config-file: %s}
            redis: {url: "redis://127.0.0.1:1"}
            """.formatted(directory, web);
        Map<String, String> environment = Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=" + directory.resolve("no-bus"));
        settings = ExporterConfigs.from(Config.of(yaml, "test.yaml", environment), environment);
    }

    private static void need(String program) {
        Assumptions.assumeTrue(Installation.find(program).isPresent(), program + " is not installed");
    }

    private Process launch(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.txt").toFile())
                .start();
    }

    private int run(String... command) throws IOException, InterruptedException {
        return launch(List.of(command)).waitFor();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output.txt"));
    }

    @Test
    void webConfig_isAcceptedByPromtool() throws Exception {
        need("promtool");

        assertThat(run("promtool", "check", "web-config", "web-config.yml"))
                .as(output())
                .isZero();
    }

    @Test
    void portCheck_inaccessibleProcess_isIdentifiedByItsCertificate_evenIfItRequiresAClientCertificate()
            throws Exception {
        Path web = directory.resolve("web-config.yml");
        Files.writeString(
                web,
                Files.readString(web)
                        .replace(
                                "key_file: server.key",
                                "key_file: server.key, client_auth_type: RequireAndVerifyClientCert,"
                                        + " client_ca_file: ca.pem"));
        try (Exporter exporter = new Exporter(settings, "1.2.3")) {
            exporter.start();
            int number = exporter.address().getPort();
            Path proc = directory.resolve("proc");
            Files.createDirectories(proc.resolve("net"));
            Files.writeString(
                    proc.resolve("net/tcp"),
                    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                            + "   0: 0100007F:" + String.format("%04X", number)
                            + " 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 777 1 0\n");

            assertThat(port(proc, number, Optional.of("server.pem")).status()).isEqualTo(Status.OK);
            assertThat(port(proc, number, Optional.of("ca.pem")).status()).isEqualTo(Status.FAILURE);
            assertThat(port(proc, number, Optional.empty()).status()).isEqualTo(Status.FAILURE);
        }
    }

    private CheckResult port(Path proc, int number, Optional<String> certificate) throws Exception {
        PortCheck.Port port = new PortCheck.Port(
                "exporter", "exporter.port", number, "/", "no such text", certificate.map(directory::resolve));
        try (BoundedHttpClient http = new BoundedHttpClient()) {
            return new PortCheck(proc, List.of(), List.of(port), http).run().get(0);
        }
    }

    @Test
    void curl_needsCaCertificateAndPassword() throws Exception {
        need("curl");
        try (Exporter exporter = new Exporter(settings, "1.2.3")) {
            exporter.start();
            String url = "127.0.0.1:" + exporter.address().getPort() + "/metrics?collect[]=host";
            String[] base = {"curl", "-sS", "-g", "--noproxy", "*", "-w", "status %{http_code}", "--cacert", "ca.pem"};

            assertThat(run(with(base, "-u", "prometheus:right password", "https://" + url)))
                    .isZero();
            assertThat(output()).contains("node_load1", "status 200");
            assertThat(run(with(base, "-u", "prometheus:wrong", "https://" + url)))
                    .isZero();
            assertThat(output()).contains("status 401").doesNotContain("node_load1");
            assertThat(run(with(base, "https://" + url))).isZero();
            assertThat(output()).contains("status 401");
            assertThat(run(with(base, "http://" + url))).isNotZero();
            assertThat(output()).doesNotContain("node_load1");
        }
    }

    private static String[] with(String[] base, String... more) {
        List<String> all = new ArrayList<>(List.of(base));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void prometheus_scrapesWithThePassword_andGets401Without() throws Exception {
        need("prometheus");
        try (Exporter exporter = new Exporter(settings, "1.2.3")) {
            exporter.start();
            String target = "127.0.0.1:" + exporter.address().getPort();
            Files.writeString(
                    directory.resolve("prometheus.yml"),
                    "global: {scrape_interval: 3s, scrape_timeout: 3s}\nscrape_configs:\n"
                            + job("good", target, "right password") + job("bad", target, "wrong"));
            int port = FreePorts.take(1)[0];
            Process prometheus = launch(List.of(
                    "prometheus",
                    "--config.file=prometheus.yml",
                    "--storage.tsdb.path=data",
                    "--web.listen-address=127.0.0.1:" + port));
            try {
                awaitTarget(
                        prometheus, port, "good", t -> t.path("health").asText().equals("up"));
                awaitTarget(
                        prometheus,
                        port,
                        "bad",
                        t -> t.path("lastError").asText().contains("401"));
            } finally {
                prometheus.destroyForcibly().onExit().join();
            }
        }
    }

    private String job(String name, String target, String password) {
        return """
            - job_name: %s
              scheme: https
              params: {"collect[]": [host]}
              tls_config: {ca_file: %s}
              basic_auth: {username: prometheus, password: "%s"}
              static_configs: [{targets: ["%s"]}]
            """.formatted(name, directory.resolve("ca.pem"), password, target);
    }

    /** Waits until Prometheus reports the target in the expected state; first scrapes may be late on a busy machine. */
    private void awaitTarget(Process prometheus, int port, String job, Predicate<JsonNode> wanted) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/targets"))
                .build();
        while (prometheus.isAlive()) {
            try {
                String answer = HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                        .body();
                for (JsonNode target : JsonMapper.builder()
                        .build()
                        .readTree(answer)
                        .path("data")
                        .path("activeTargets")) {
                    if (target.path("labels").path("job").asText().equals(job) && wanted.test(target)) {
                        return;
                    }
                }
            } catch (IOException e) {
                // Not listening yet.
                TimeUnit.MILLISECONDS.sleep(50);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IOException("prometheus ended: " + output());
    }
}
