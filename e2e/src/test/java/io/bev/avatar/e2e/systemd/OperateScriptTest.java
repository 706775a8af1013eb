package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions shared by manager and scripts: addresses of the services and reading of the exporter. */
class OperateScriptTest {

    private static final String METRICS = "nvidia_gpu_count 1\n";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] body = METRICS.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void addresses_areReadFromConfiguration_environmentHasPrecedence() throws Exception {
        assertThat(output("renderer_url; exporter_url")).isEqualTo("http://127.0.0.1:8080/http://127.0.0.1:9818");

        yaml("""
            # renderer: a comment
            renderer:
                # port: 1
                backend: {port: 2}
                expressions:
                    port: 3
                port: "8081" # the page
                bind: 0.0.0.0
            exporter:
              web-config-file: '%s/web config.yml'
              bind: 192.0.2.7
            """.formatted(directory));
        Files.writeString(directory.resolve("web config.yml"), "# cert_file: none\n");
        assertThat(output("renderer_url; exporter_url")).isEqualTo("http://127.0.0.1:8081/http://192.0.2.7:9818");

        Files.writeString(directory.resolve("web config.yml"), "tls_server_config: {cert_file: server.pem}\n");
        Files.writeString(directory.resolve("environment"), """
                #BEV_AVATAR_PORT=1
                BEV_AVATAR_PORT=2
                BEV_AVATAR_PORT='8082'
                BEV_EXPORTER_BIND=::
                BEV_RENDERER_BIND=::1
                """);
        assertThat(output("renderer_url; exporter_url")).isEqualTo("http://[::1]:8082/https://127.0.0.1:9818");
    }

    @Test
    void metrics_areReturned_orReason() throws Exception {
        exporter("");
        assertThat(output("exporter_metrics")).isEqualTo(METRICS.strip());

        server.removeContext("/metrics");
        assertThat(output("exporter_metrics")).isEqualTo("no metrics within 10 s");

        Files.delete(directory.resolve("avatar.yaml"));
        Files.writeString(directory.resolve("environment"), "BEV_EXPORTER_PORT=" + port() + "\n");
        assertThat(output("exporter_metrics")).contains("sudo avatar status");

        try (Socket unused = new Socket()) {
            unused.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Files.writeString(directory.resolve("environment"), "BEV_EXPORTER_PORT=" + unused.getLocalPort() + "\n");
            assertThat(output("exporter_metrics")).isEqualTo("no response");
        }
    }

    @Test
    void metricsOfGuardedExporter_areReadByExporterCommand() throws Exception {
        exporter("  web-config-file: " + directory.resolve("web-config.yml") + "\n");
        String program = "mkdir -p p/exporter; program=$PWD/p; printf '#!/bin/sh\\n%s\\n' '";
        String call = "' >p/java; chmod +x p/java; exporter_metrics";

        assertThat(output(program + "echo $BEV_AVATAR_CONFIG \"$@\"" + call))
                .startsWith(directory.resolve("avatar.yaml") + " ")
                .endsWith("avatar-exporter.jar metrics");
        assertThat(output(program + "echo cannot read metrics >&2; exit 69" + call))
                .startsWith("cannot read metrics");
        assertThat(output("program=$PWD/none; exporter_metrics")).contains("none/java is missing");
    }

    @Test
    void redactedText_containsNoSecret() throws Exception {
        String password = "s3 \"cret\\#$x";
        yaml("stack:\n  exporter-password-file: " + directory + "/password\n");
        Files.writeString(directory.resolve("password"), password + "\n");
        Files.createDirectory(directory.resolve("credentials"));
        Files.writeString(directory.resolve("credentials/control-password"), "[a]/b\n");
        Files.writeString(directory.resolve("credentials/alert-token"), "\nsecond");
        Files.writeString(directory.resolve("text"), "one " + password + " two [a]/b three\n");
        // Only the function: sourcing the manager script would run it.
        String function = "$(sed -n '/^redact_secrets() {/,/^}/p' '"
                + BootedContainer.ROOT.resolve("systemd/avatar-service-manager.sh") + "')";
        assertThat(output("eval \"" + function + "\"; redact_secrets <text")).isEqualTo("one *** two *** three");
    }

    @Test
    void statusInACrashLoop_hasCountNextStartExitAndError_within80Columns() throws Exception {
        Path run = Files.createDirectories(directory.resolve("run/bev-avatar-renderer"));
        Files.writeString(run.resolve("failures"), "4\n");
        Files.writeString(run.resolve("next"), "99999999\n");
        String manager = Files.readString(BootedContainer.ROOT.resolve("systemd/avatar-service-manager.sh"))
                .replaceAll("(?s)^.*\n# --- status -+\n", "")
                .replaceAll("(?s)\n# --- logs -.*", "")
                .replace("/run/$directory", directory + "/run/$directory");
        Files.writeString(directory.resolve("status.sh"), manager);

        String status = output("""
            property() {
              case $2 in
                ActiveState) echo activating ;;
                RuntimeDirectory) echo bev-avatar-renderer ;;
                ExecMainCode) echo 2 ;;
                ExecMainStatus) echo 11 ;;
              esac
            }
            journalctl() {
              echo '{"timestamp":"x","level":"ERROR","logger":"a.Renderer","thread":"main","message":"%s"}'
            }
            . ./status.sh; row renderer "$(unit_text bev-advanced-avatar.service)"\
            """.formatted("the model file is damaged: ".repeat(6)));

        assertThat(status)
                .contains("renderer   activating again after 4 failures in a row, next start in")
                .contains("last ended by signal SEGV", "ERROR Renderer: the model file is damaged");
        assertThat(status.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void redis_isLocalIfItsAddressIs() throws Exception {
        yaml("redis: {}\n");
        assertThat(output("redis_is_local && echo local")).isEqualTo("local");
        yaml("redis:\n  url: redis://:secret@localhost:1/2\n");
        assertThat(output("redis_is_local && echo local")).isEqualTo("local");
        yaml("redis:\n  url: rediss://db.example.org:6379\n");
        assertThat(output("redis_is_local || echo remote")).isEqualTo("remote");
        yaml("redis:\n  url: redis://127.0.0.10:6379\n");
        assertThat(output("redis_is_local || echo remote")).isEqualTo("remote");
        yaml("redis:\n  url: redis://127.0.0.1:" + port() + "\n");
        assertThat(output("redis_answers && echo answers")).isEqualTo("answers");
    }

    private void exporter(String more) throws IOException {
        yaml("exporter:\n  port: " + port() + "\n" + more);
    }

    private void yaml(String text) throws IOException {
        Files.writeString(directory.resolve("avatar.yaml"), text);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    /** Output of the scripts' functions with the configuration in {@link #directory}. */
    private String output(String calls) throws IOException, InterruptedException {
        String script = "set -euo pipefail; . '" + BootedContainer.ROOT.resolve("systemd/operate.sh") + "'; settings='"
                + directory + "'; " + calls + " || true";
        ProcessBuilder builder = new ProcessBuilder(List.of("bash", "-c", script))
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().remove("BEV_AVATAR_CONFIG");
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }
}
