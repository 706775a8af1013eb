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

/** Shared parts of manager and scripts: finding the processes and reading the exporter. */
class OperateScriptTest {

    private static final String METRICS = "nvidia_gpu_count 1\n";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

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
    void addresses_areTheConfigurationsAndTheEnvironmentsBeforeIt() throws Exception {
        assertThat(said("renderer_url; exporter_url")).isEqualTo("http://127.0.0.1:8080/http://127.0.0.1:9818");

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
                """.formatted(folder));
        Files.writeString(folder.resolve("web config.yml"), "# cert_file: none\n");
        assertThat(said("renderer_url; exporter_url")).isEqualTo("http://127.0.0.1:8081/http://192.0.2.7:9818");

        Files.writeString(folder.resolve("web config.yml"), "tls_server_config: {cert_file: server.pem}\n");
        Files.writeString(
                folder.resolve("environment"),
                "#BEV_AVATAR_PORT=1\nBEV_AVATAR_PORT=2\nBEV_AVATAR_PORT='8082'\nBEV_EXPORTER_BIND=::\nBEV_RENDERER_BIND=::1\n");
        assertThat(said("renderer_url; exporter_url")).isEqualTo("http://[::1]:8082/https://127.0.0.1:9818");
    }

    @Test
    void metrics_areReadOrItIsSaidWhyNot() throws Exception {
        exporter("");
        assertThat(said("exporter_metrics")).isEqualTo(METRICS.strip());

        server.removeContext("/metrics");
        assertThat(said("exporter_metrics")).isEqualTo("no metrics within 10 s");

        Files.delete(folder.resolve("avatar.yaml"));
        Files.writeString(folder.resolve("environment"), "BEV_EXPORTER_PORT=" + port() + "\n");
        assertThat(said("exporter_metrics")).contains("sudo avatar status");

        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Files.writeString(folder.resolve("environment"), "BEV_EXPORTER_PORT=" + nobody.getLocalPort() + "\n");
            assertThat(said("exporter_metrics")).isEqualTo("no response");
        }
    }

    @Test
    void metricsOfAGuardedExporter_areReadByTheProgram() throws Exception {
        exporter("  web-config-file: " + folder.resolve("web-config.yml") + "\n");
        String program = "mkdir -p p/exporter; program=$PWD/p; printf '#!/bin/sh\\n%s\\n' '";
        String call = "' >p/java; chmod +x p/java; exporter_metrics";

        assertThat(said(program + "echo $BEV_AVATAR_CONFIG \"$@\"" + call))
                .startsWith(folder.resolve("avatar.yaml") + " ")
                .endsWith("avatar-exporter.jar metrics");
        assertThat(said(program + "echo cannot read metrics >&2; exit 69" + call))
                .startsWith("cannot read metrics");
        assertThat(said("program=$PWD/none; exporter_metrics")).contains("none/java is missing");
    }

    @Test
    void blankedText_holdsNoSecret() throws Exception {
        String password = "s3 \"cret\\#$x";
        yaml("stack:\n  exporter-password-file: " + folder + "/password\n");
        Files.writeString(folder.resolve("password"), password + "\n");
        Files.createDirectory(folder.resolve("credentials"));
        Files.writeString(folder.resolve("credentials/control-password"), "[a]/b\n");
        Files.writeString(folder.resolve("credentials/alert-token"), "\nsecond");
        Files.writeString(folder.resolve("text"), "one " + password + " two [a]/b three\n");
        // The function alone: the manager's script does something as soon as it is read.
        String function = "$(sed -n '/^redact_secrets() {/,/^}/p' '"
                + BootedContainer.ROOT.resolve("systemd/avatar-service-manager.sh") + "')";
        assertThat(said("eval \"" + function + "\"; redact_secrets <text")).isEqualTo("one *** two *** three");
    }

    private void exporter(String more) throws IOException {
        yaml("exporter:\n  port: " + port() + "\n" + more);
    }

    private void yaml(String text) throws IOException {
        Files.writeString(folder.resolve("avatar.yaml"), text);
    }

    private int port() {
        return server.getAddress().getPort();
    }

    /** Output of the scripts' functions with the configuration in {@link #directory}. */
    private String said(String calls) throws IOException, InterruptedException {
        String script = "set -euo pipefail; . '" + BootedContainer.ROOT.resolve("systemd/operate.sh") + "'; settings='"
                + folder + "'; " + calls + " || true";
        ProcessBuilder builder = new ProcessBuilder(List.of("bash", "-c", script))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().remove("BEV_AVATAR_CONFIG");
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }
}
