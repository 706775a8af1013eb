package io.bev.avatar.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@ResourceLock(Resources.SYSTEM_ERR)
@ResourceLock(Resources.SYSTEM_OUT)
class CommandsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path directory;

    private record Ended(int code, String out, String errors) {
        JsonNode json() throws Exception {
            return JSON.readTree(out);
        }
    }

    private Ended run(Map<String, String> more, String... args) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of(
                "BEV_REDIS_URL",
                        "redis://127.0.0.1:" + StubHttpServer.unreachable("/").getPort(),
                "BEV_MCP_SERVER_URL", StubHttpServer.unreachable("/").toString(),
                "BEV_EXPORTER_NVML_LIBRARY",
                        directory.resolve("libnvidia-ml.so.1").toString(),
                "BEV_EXPORTER_RENDERER_URL", StubHttpServer.unreachable("").toString(),
                "BEV_EXPORTER_HEALTH_DIRECTORY", directory.resolve("health").toString(),
                "BEV_AVATAR_STATE_DIR", directory.resolve("state").toString(),
                "DBUS_SYSTEM_BUS_ADDRESS", "unix:path=" + directory.resolve("no-bus")));
        environment.putAll(more);
        PrintStream keptOut = System.out;
        PrintStream keptErr = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            int code = ExporterMain.run(environment, args);
            return new Ended(code, out.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(keptOut);
            System.setErr(keptErr);
        }
    }

    private static JsonNode result(JsonNode report, String name) {
        for (JsonNode result : report.path("results")) {
            if (result.path("name").asText(result.path("check").asText()).equals(name)) {
                return result;
            }
        }
        throw new AssertionError("no " + name + " in " + report);
    }

    @Test
    void checkGpu_withoutADriver_fails() throws Exception {
        Ended ended = run(Map.of(), "check", "gpu", "--json");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.json().path("status").asText()).isEqualTo("failure");
        assertThat(result(ended.json(), "gpu-driver").path("status").asText()).isEqualTo("failure");
    }

    @Test
    void checkPrestart_withoutADriver_failsOnlyIfCpuIsNotAllowed() throws Exception {
        Map<String, String> roomy =
                Map.of("BEV_EXPORTER_CHECK_DISK_FREE_GB", "0", "BEV_EXPORTER_CHECK_MEMORY_AVAILABLE_GB", "0");
        Map<String, String> cuda = new HashMap<>(roomy);
        cuda.put("BEV_AVATAR_BACKEND", "cuda");

        JsonNode may = run(roomy, "check", "prestart", "--json").json();
        JsonNode mustNot = run(cuda, "check", "--json").json();

        assertThat(result(may, "gpu-driver").path("status").asText()).isEqualTo("skipped");
        assertThat(result(may, "gpu-kernel").path("status").asText()).isEqualTo("skipped");
        assertThat(result(may, "alert-receivers").path("status").asText()).isEqualTo("skipped");
        assertThat(result(may, "alert-receivers").path("found").asText())
                .startsWith("no receiver configured: alerts reach Redis and this page alone");
        assertThat(result(may, "redis").path("status").asText()).isEqualTo("warning");
        assertThat(result(mustNot, "gpu-driver").path("status").asText()).isEqualTo("failure");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prestart", "gpu", "dependencies"})
    void check_invalidConfiguration_isTheOnlyFailure(String subject) throws Exception {
        Path file = Files.writeString(directory.resolve("avatar.yaml"), "exporter: {port: none, colour: red}\n");

        Ended ended = run(Map.of(), "--config", file.toString(), "check", subject, "--json");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.json().path("results").size()).isEqualTo(1);
        assertThat(result(ended.json(), "config").path("found").asText()).contains("exporter.port", "exporter.colour");
    }

    @Test
    void check_unparsableConfiguration_isOneErrorWithItsLine() throws Exception {
        Path file = Files.writeString(directory.resolve("avatar.yaml"), "exporter:\n  port: [1\n  bind: x\n");

        Ended ended = run(Map.of(), "--config", file.toString(), "check");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out()).contains("✗ config", "line 3").doesNotContain("permission denied");
        assertThat(ended.out().lines().filter(line -> line.startsWith("  ✗"))).hasSize(1);
    }

    @Test
    void configShow_hasValuesAndOrigins_diffOnlyChanges() throws Exception {
        Path file = Files.writeString(
                directory.resolve("avatar.yaml"), "exporter:\n  port: 9000\nredis: {url: 'redis://:geheim@db:1'}\n");
        Map<String, String> environment = Map.of("BEV_EXPORTER_BIND", "::1", "BEV_REDIS_URL", "");

        Ended all = run(environment, "--config", file.toString(), "config", "show", "--origin");
        Ended diff = run(environment, "--config", file.toString(), "config", "diff");
        Ended one = run(environment, "--config", file.toString(), "config", "show", "exporter.port");
        Ended none = run(environment, "--config", file.toString(), "config", "show", "exporter.prot");

        assertThat(all.code()).as(all.errors()).isZero();
        assertThat(all.out())
                .contains("exporter.port: 9000  # " + file + ":2\n")
                .contains("exporter.bind: ::1  # BEV_EXPORTER_BIND\n")
                .contains("exporter.scrape-timeout: 8s  # default\n")
                .contains("stack.prometheus-port: 9090  # default\n")
                .doesNotContain("geheim");
        assertThat(diff.out())
                .contains("exporter.port: 9000  # default 9818, " + file + ":2\n")
                .contains("redis.url: redis://***@db:1  # default redis://127.0.0.1:6379, " + file + ":3\n")
                .doesNotContain("# default\n", "scrape-timeout");
        assertThat(one.out()).isEqualTo("exporter.port: 9000\n");
        assertThat(none.code()).isEqualTo(64);
        assertThat(none.errors()).contains("did you mean exporter.port?");
    }

    @Test
    void configSet_changesOneLine_invalidValueChangesNothing() throws Exception {
        Path file = Files.writeString(directory.resolve("avatar.yaml"), "# mine\nexporter:\n  port: 9000 # page\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        Ended set = run(Map.of(), "--config", file.toString(), "config", "set", "exporter.port", "9001");
        Ended invalid = run(Map.of(), "--config", file.toString(), "config", "set", "exporter.port", "page");
        Ended unknown = run(Map.of(), "--config", file.toString(), "config", "set", "exporter.prot", "1");
        Ended overridden = run(
                Map.of("BEV_EXPORTER_BIND", "::1"),
                "--config",
                file.toString(),
                "config",
                "set",
                "exporter.bind",
                "127.0.0.1");

        assertThat(set.code()).as(set.errors()).isZero();
        assertThat(set.out()).contains("exporter.port: 9001  (was 9000)");
        assertThat(invalid.code()).isEqualTo(78);
        assertThat(invalid.errors()).contains("exporter.port: found 'page', expected an integer");
        assertThat(unknown.code()).isEqualTo(78);
        assertThat(unknown.errors()).contains("did you mean exporter.port?");
        assertThat(overridden.errors()).contains("the environment variable BEV_EXPORTER_BIND overrides this value");
        assertThat(file).hasContent("# mine\nexporter:\n  bind: 127.0.0.1\n  port: 9001 # page\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void configSet_newFile_isCreated_unwritableDirectoryIsReported() throws Exception {
        Path file = directory.resolve("new.yaml");

        Ended created = run(Map.of(), "--config", file.toString(), "config", "set", "exporter.units", "[a, b]");
        Ended rejected = run(Map.of(), "--config", "/proc/avatar.yaml", "config", "set", "exporter.port", "1");

        assertThat(created.code()).as(created.errors()).isZero();
        assertThat(file).hasContent("exporter:\n  units: [a, b]\n");
        assertThat(rejected.code()).isEqualTo(73);
    }

    @Test
    void configShorten_fullCopy_keepsDecisions() throws Exception {
        Path defaults = Files.writeString(directory.resolve("old"), "renderer: {port: 8080, width: 640}\n");
        Path file = Files.writeString(directory.resolve("full"), "renderer:\n  port: 8081\n  width: 640\n");
        Path template = Files.writeString(directory.resolve("short"), "# short\n");

        Ended shortened = run(Map.of(), "config", "shorten", "" + file, "" + defaults, "" + template);
        Ended not = run(Map.of(), "config", "shorten", "" + template, "" + defaults, "" + template);

        assertThat(shortened.out()).isEqualTo("# short\n\nrenderer:\n  port: 8081\n");
        assertThat(not.code()).isEqualTo(1);
    }

    @Test
    void gpuCleanup_withoutADriver_doesNothing() throws Exception {
        Ended ended = run(Map.of(), "gpu-cleanup");

        assertThat(ended.code()).as(ended.errors()).isZero();
        assertThat(ended.out()).contains("NVML is unavailable, nothing to do");
        assertThat(run(Map.of(), "gpu-cleanup", "--grace", "61").code()).isEqualTo(64);
    }

    @Test
    void check_table_hasMarksAndRemediesAndNoColourInAPipe() throws Exception {
        Ended ended = run(Map.of("COLUMNS", "80"), "check", "gpu");
        Ended colourful = run(Map.of("AVATAR_TERMINAL", "1"), "check", "gpu");
        Ended plain = run(Map.of("AVATAR_TERMINAL", "1", "NO_COLOR", "1"), "check", "gpu");

        assertThat(ended.out()).contains("✗ gpu-driver", "expected", "remedy", "gpu: failure");
        assertThat(ended.out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(ended.out()).doesNotContain("\033[");
        assertThat(colourful.out()).contains("\033[31m✗");
        assertThat(plain.out()).doesNotContain("\033[");
    }

    @Test
    void healthOnce_isPrintedWrittenAndPublished_andStatusShowsIt() throws Exception {
        try (RedisServer server = RedisServer.start(directory);
                StubHttpServer renderer = new StubHttpServer(asked -> Answer.json("{\"status\":\"ok\"}"))) {
            Map<String, String> up = Map.of(
                    "BEV_REDIS_URL",
                    server.url(),
                    "BEV_EXPORTER_RENDERER_URL",
                    renderer.address("").toString());
            server.command("SET", "avatar:state", "'{\"schema\":1,\"seq\":3,\"emotion\":\"happy\"}'");

            Ended once = run(up, "health", "once", "--json");

            assertThat(result(once.json(), "endpoint").path("status").asText()).isEqualTo("ok");
            assertThat(result(once.json(), "redis").path("status").asText()).isEqualTo("ok");
            assertThat(result(once.json(), "redis").path("summary").asText()).contains("state valid");
            assertThat(result(once.json(), "gpu").path("status").asText()).isEqualTo("skipped");
            assertThat(result(once.json(), "service").path("status").asText()).isEqualTo("skipped");
            assertThat(Files.readString(directory.resolve("health/summary.json"))
                            .strip())
                    .isEqualTo(once.out().strip());
            assertThat(server.bulk("GET", "avatar:health_summary"))
                    .isEqualTo(once.out().strip());

            Ended status = run(up, "health", "status");
            assertThat(status.code()).isEqualTo(once.code());
            assertThat(status.out()).contains("✓ endpoint", "s old");
        }
    }

    @Test
    void healthOnce_rendererAndRedisUnreachable_isCriticalAndStillWritten() throws Exception {
        Ended once = run(Map.of(), "health");

        assertThat(once.code()).isEqualTo(2);
        assertThat(once.out()).contains("✗ endpoint", "✗ redis");
        assertThat(once.errors()).contains("cannot write results to Redis");
        assertThat(directory.resolve("health/summary.json")).exists();
    }

    @Test
    void emptyRedisUrl_disablesRedis_andIsReported() throws Exception {
        Path file = Files.writeString(directory.resolve("avatar.yaml"), "redis: {url: ''}\n");
        Map<String, String> none = Map.of(
                "BEV_AVATAR_CONFIG", file.toString(), "BEV_REDIS_URL", "", "BEV_EXPORTER_CHECK_DOCKER", "ignored");

        Ended health = run(none, "health", "--json");
        JsonNode checked = run(none, "check", "dependencies", "--json").json();

        assertThat(result(health.json(), "redis").path("status").asText()).isEqualTo("skipped");
        assertThat(result(health.json(), "redis").path("summary").asText())
                .isEqualTo("skipped: disabled, redis.url is empty");
        assertThat(health.errors()).doesNotContain("Redis");
        assertThat(result(checked, "redis").path("status").asText()).isEqualTo("ok");
        assertThat(result(checked, "redis").path("found").asText()).startsWith("disabled (redis.url is empty)");
    }

    @Test
    void healthStatus_staleOrMissing_isReported() throws Exception {
        Ended none = run(Map.of(), "health", "status");
        assertThat(none.code()).isEqualTo(3);
        assertThat(none.errors()).contains("no result yet", "health once");

        Files.createDirectories(directory.resolve("health"));
        Files.writeString(
                directory.resolve("health/summary.json"),
                "{\"schema\":1,\"at\":\"2020-01-01T00:00:00Z\",\"host\":\"h\",\"results\":[]}");
        Ended old = run(Map.of(), "health", "status");

        assertThat(old.code()).isEqualTo(3);
        assertThat(old.out()).contains("stale");
    }

    @Test
    void health_badThresholdsOrInterval_isRejected() throws Exception {
        Path bad = Files.writeString(
                directory.resolve("bad.yml"),
                "groups: [{name: g, rules: [{record: 'avatar_threshold:default',"
                        + " labels: {signal: s, severity: warning}, expr: 'scalar(up)'}]}]");

        Ended thresholds = run(Map.of("BEV_EXPORTER_THRESHOLDS_FILE", bad.toString()), "health");
        Ended interval = run(Map.of(), "health", "monitor", "--interval", "0");

        assertThat(thresholds.code()).isEqualTo(78);
        assertThat(thresholds.errors()).contains("bad.yml", "found 'scalar(up)'");
        assertThat(interval.code()).isEqualTo(64);
        assertThat(interval.errors()).contains("--interval: found 0");
    }
}
