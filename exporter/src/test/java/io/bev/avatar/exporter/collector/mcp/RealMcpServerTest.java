package io.bev.avatar.exporter.collector.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.mcp.McpProbe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The MCP project's own example server, over streamable HTTP. npm installs it once under {@code target}; the test is
 * skipped when that fails.
 */
class RealMcpServerTest {

    private static final String NAME = "@modelcontextprotocol/server-everything";
    private static final String VERSION = "2026.8.31";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** Entry point of the installed server. */
    private static Path installed() throws IOException, InterruptedException {
        Path cache = Path.of("target", "mcp-server-everything-" + VERSION).toAbsolutePath();
        Path program = cache.resolve("node_modules").resolve(NAME).resolve("dist/index.js");
        Path done = cache.resolve("installed");
        if (Files.exists(done)) {
            return program;
        }
        Files.createDirectories(cache);
        List<String> command = List.of(
                "npm",
                "install",
                "--prefix=" + cache,
                "--no-package-lock",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--fetch-retries=1",
                "--fetch-timeout=30000",
                NAME + "@" + VERSION);
        Path log = cache.resolve("npm.log");
        Process npm;
        try {
            npm = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            return Assumptions.abort("npm is not installed: " + e.getMessage());
        }
        if (!npm.waitFor(3, TimeUnit.MINUTES) || npm.exitValue() != 0 || !Files.exists(program)) {
            npm.destroyForcibly().onExit().join();
            return Assumptions.abort("npm cannot install " + NAME + ": " + Files.readString(log));
        }
        Files.createFile(done);
        return program;
    }

    private Process start(Path program, int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("node", program.toString(), "streamableHttp")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile());
        builder.environment().put("PORT", Integer.toString(port));
        return builder.start();
    }

    private static String collect(McpCollector collector) throws Exception {
        MetricSink sink = new MetricSink();
        try {
            collector.collect(sink);
        } catch (PartialCollectionException e) {
            sink.gauge("failure", "Error message.", 1, "text", String.valueOf(e.getMessage()));
        }
        return Expositions.text(sink);
    }

    @Test
    void realServer_handshakeSucceeds_andFailsOnceStopped() throws Exception {
        Path program = installed();
        int port = FreePorts.take(1)[0];
        Process server = start(program, port);
        try (BoundedHttpClient http = new BoundedHttpClient()) {
            McpCollector collector = new McpCollector(
                    new McpProbe(URI.create("http://127.0.0.1:" + port), "1.2.3", TIMEOUT, http), System::nanoTime);
            while (!collect(collector).contains("avatar_mcp_up 1.0")) {
                assertThat(server.isAlive())
                        .as(() -> "the server runs: " + directory.resolve("server.log"))
                        .isTrue();
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(collect(collector))
                    .contains("avatar_mcp_up 1.0", "avatar_mcp_response_seconds", "protocol=\"2025-06-18\"");

            server.destroyForcibly().onExit().join();

            assertThat(collect(collector)).contains("avatar_mcp_up 0.0").doesNotContain("avatar_mcp_response");
        } finally {
            server.destroyForcibly().onExit().join();
        }
    }
}
