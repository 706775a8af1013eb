package io.bev.avatar.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@Timeout(60)
@ResourceLock(Resources.SYSTEM_ERR)
@ResourceLock(Resources.SYSTEM_OUT)
class ExporterMainTest {

    @TempDir
    Path directory;

    private record Ended(int code, String errors, String output) {}

    private static Ended run(Map<String, String> environment, String... args) {
        PrintStream kept = System.err;
        PrintStream keptOut = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            Map<String, String> all = new HashMap<>(environment);
            // The test process must keep its priority.
            all.put("BEV_EXPORTER_NICENESS", "0");
            int code = ExporterMain.run(all, args);
            return new Ended(code, errors.toString(StandardCharsets.UTF_8), output.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(kept);
            System.setOut(keptOut);
        }
    }

    @Test
    void serve_portInUse_isReportedInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = run(Map.of("BEV_EXPORTER_PORT", Integer.toString(taken.getLocalPort())));

            assertThat(ended.code()).isEqualTo(69);
            assertThat(ended.errors().strip().lines())
                    .singleElement()
                    .asString()
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .contains("stop the process that uses the port, or configure another port");
        }
    }

    @Test
    void passwords_inUrls_areNeverPrinted() throws Exception {
        String url = "ftp://user:open-sesame@host";
        Path file = Files.writeString(
                directory.resolve("avatar.yaml"),
                "exporter: {port: '%1$s', renderer-url: '%1$s', jolokia-url: '%1$s'}\nredis: {url: '%1$s'}\nmcp: {url: '%1$s'}\n"
                        .formatted(url));
        for (String command : List.of("serve", "check", "health")) {
            Ended ended = run(Map.of("BEV_AVATAR_CONFIG", file.toString()), command);

            assertThat(ended.errors() + ended.output()).as(command).doesNotContain("open-sesame");
        }
        assertThat(run(Map.of("BEV_AVATAR_CONFIG", file.toString()), "serve").errors())
                .contains("exporter.port", "exporter.renderer-url", "exporter.jolokia-url", "redis.url", "mcp.url");
    }

    @Test
    void passwords_ofFailingSources_areNeverPrinted() throws Exception {
        Map<String, String> environment = Map.of(
                "BEV_REDIS_URL", "redis://user:open-sesame@127.0.0.1:1",
                "BEV_MCP_SERVER_URL", "http://user:open-sesame@127.0.0.1:1",
                "BEV_EXPORTER_RENDERER_URL", "http://user:open-sesame@127.0.0.1:1");
        for (String format : List.of("", "--json")) {
            Ended ended =
                    run(environment, ("check dependencies " + format).strip().split(" ", -1));

            assertThat(ended.output()).contains("redis", "mcp");
            assertThat(ended.errors() + ended.output()).doesNotContain("open-sesame");
        }
    }

    @Test
    void serve_invalidConfiguration_listsEveryProblemAndExitsWith78() throws Exception {
        Path file = Files.writeString(directory.resolve("avatar.yaml"), "exporter: {port: none, colour: red}\n");

        Ended ended = run(Map.of("BEV_AVATAR_CONFIG", file.toString()), "serve");

        assertThat(ended.code()).isEqualTo(78);
        assertThat(ended.errors())
                .contains("2 problems")
                .contains("exporter.port")
                .contains("exporter.colour");
    }

    @Test
    void serve_configOption_overridesTheEnvironment() throws Exception {
        Path file = Files.writeString(directory.resolve("other.yaml"), "exporter: {bind: nowhere.invalid}\n");

        Ended ended = run(Map.of("BEV_AVATAR_CONFIG", "/no/such/file"), "--config", file.toString());

        assertThat(ended.code()).isEqualTo(69);
        assertThat(ended.errors()).contains("exporter.bind: cannot resolve host name nowhere.invalid");
    }

    @Test
    void mistake_isNamedWithTheNearestValidName() {
        Map<List<String>, String> mistakes = Map.of(
                List.of("--versoin"), "did you mean --version?",
                List.of("chekc"), "did you mean check?",
                List.of("check", "gpus"), "did you mean gpu?",
                List.of("health", "monitr"), "did you mean monitor?",
                List.of("check", "--jsn"), "did you mean --json?");
        mistakes.forEach((words, expected) -> {
            Ended ended = run(Map.of(), words.toArray(new String[0]));

            assertThat(ended.code()).as(words.toString()).isEqualTo(64);
            assertThat(ended.errors()).as(words.toString()).contains(expected, "--help");
        });
    }
}
