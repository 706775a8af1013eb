package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.exporter.collector.systemd.FakeSystemd;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import io.bev.avatar.testkit.Golden;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import io.bev.avatar.testkit.StubHttpServer.Asked;
import io.bev.avatar.testkit.TestDBus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares one complete scrape of all sources with a golden file: names, order, types, HELP texts, labels, and all
 * values determined by the input. Values that depend on machine, clock or JVM are {@code *}. The metrics reference in the
 * documentation is compared with the same scrape.
 */
class WholeScrapeGoldenTest {

    private static final Path RESOURCES = Path.of("src/test/resources").toAbsolutePath();
    private static final Path REFERENCE =
            Path.of("../docs/reference/metrics.md").toAbsolutePath();
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:]+[a-zA-Z0-9_:]*)(\\{.*})? (\\S+)");

    /** Series whose values vary between runs: live Redis, times, file systems of the fixture's mount points. */
    private static final Pattern LIVE = Pattern.compile(
            "(redis_(?!up$|stream_(?!last_)|db_keys$|cluster_enabled$)|process_|avatar_renderer_process_open_fds|jvm_|node_filesystem_(?!readonly|device_error)"
                    + "|node_time_|node_timex_|node_scrape_collector_duration|avatar_exporter_nvml_(call_|backoff$)|avatar_exporter_http_connections$|avatar_exporter_collector_(duration|last_)"
                    + "|.*_response_seconds).*");

    /** Labels whose values vary between runs. */
    private static final Pattern LIVE_LABEL = Pattern.compile(
            "\\b(master_replid|os|process_id|redis_build_id|redis_version|run_id|tcp_port|java_version)=\"[^\"]*\"");

    /** Varying label sets (JVM pools and collectors, NVML calls of the event thread), reduced to one sample each. */
    private static final Pattern ANY_LABEL = Pattern.compile("=\"[^\"]*\"");

    @TempDir
    Path directory;

    private static Answer answer(Asked request, String jolokia) {
        if (request.path().startsWith("/jolokia")) {
            return Answer.json(jolokia);
        }
        if (request.body().contains("notifications/initialized")) {
            return Answer.status(202, "");
        }
        if (request.body().contains("initialize")) {
            return Answer.json("""
                {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},\
                "serverInfo":{"name":"everything","version":"1.0.0"}}}\
                """);
        }
        return Answer.json("{\"status\":\"ok\"}");
    }

    private ExporterConfigs settings(SimulatedNvml nvml, StubHttpServer page, RedisServer redis, TestDBus bus) {
        String yaml = """
            exporter:
              port: 0
              state-directory: %s
              nvml-library: %s
              renderer-url: %s
              jolokia-url: %s
              proc-path: %s
              sys-path: %s
              textfile-directory: %s
              units: [bev-advanced-avatar.service, bev-avatar-exporter.service]
              scrape-timeout: 60s
              thresholds: {gpu_temperature_celsius: {warning: 75}}
              hardware: false
            mcp: {url: "%s"}
            redis: {url: "%s", timeout: 20s}
            """.formatted(
                        directory,
                        nvml.library(),
                        page.address(""),
                        page.address("/jolokia/"),
                        RESOURCES.resolve("fixtures/proc"),
                        RESOURCES.resolve("fixtures/sys"),
                        directory.resolve("textfile"),
                        page.address("/mcp"),
                        redis.url());
        Map<String, String> environment = Map.of("DBUS_SYSTEM_BUS_ADDRESS", bus.address());
        return ExporterConfigs.from(Config.of(yaml, "test.yaml", environment), environment);
    }

    private static void addUnits(FakeSystemd systemd) throws Exception {
        systemd.add(
                "bev-advanced-avatar.service",
                "active",
                Map.ofEntries(
                        Map.entry("ActiveEnterTimestamp", new UInt64(1_782_468_000_500_000L)),
                        Map.entry("NRestarts", new UInt32(3)),
                        Map.entry("MainPID", new UInt32(4321)),
                        Map.entry("ControlGroup", "/bev.slice/bev-avatar.slice/bev-advanced-avatar.service"),
                        Map.entry("TasksCurrent", new UInt64(17)),
                        Map.entry("TasksMax", new UInt64(4915)),
                        Map.entry("MemoryCurrent", new UInt64(52_428_800)),
                        Map.entry("CPUUsageNSec", new UInt64(864_500_000_000L)),
                        Map.entry("IOReadBytes", new UInt64(8_388_608)),
                        Map.entry("IOReadOperations", new UInt64(512)),
                        Map.entry("IOWriteBytes", new UInt64(4_194_304)),
                        Map.entry("IOWriteOperations", new UInt64(128)),
                        Map.entry("IPIngressBytes", new UInt64(1_000_000)),
                        Map.entry("IPIngressPackets", new UInt64(2000)),
                        Map.entry("IPEgressBytes", new UInt64(50_000_000)),
                        Map.entry("IPEgressPackets", new UInt64(40_000)),
                        Map.entry("WatchdogTimestamp", new UInt64(1_782_468_060_000_000L))));
    }

    @Test
    void scrapeOfAllSources_matchesGoldenFile() throws Exception {
        String jolokia = Files.readString(RESOURCES.resolve("jolokia/renderer.json"));
        SimulatedNvml nvml = SimulatedNvml.build(directory);
        try (StubHttpServer page = new StubHttpServer(request -> answer(request, jolokia));
                TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                RedisServer redis = RedisServer.start(directory)) {
            addUnits(systemd);
            // Other machines have fewer or more values.
            Assumptions.assumeTrue(
                    RedisServer.version().startsWith("7.0."), "the recorded readings are those of Redis 7.0");
            Files.createDirectory(directory.resolve("textfile"));
            Files.writeString(directory.resolve("textfile/empty.prom"), "");
            redis.command("XADD", "osint:updates", "*", "a", "b");
            redis.command("XGROUP", "CREATE", "osint:updates", "renderer", "0");
            try (Exporter exporter = new Exporter(settings(nvml, page, redis, bus), "1.2.3")) {
                exporter.start();
                // The commands of this scrape appear in the Redis values of the next one, and so does the renderer's
                // process.
                scrape(exporter, "?collect[]=redis&collect[]=service");

                String text = scrape(exporter, "");

                assertThat(text).doesNotContain("collector_success{collector=\"gpu\",} 0.0");
                Golden.check(RESOURCES.resolve("golden/scrape.prom"), normalised(text));
                String other = Files.readString(RESOURCES.resolve("golden/redis.prom"))
                        + Files.readString(RESOURCES.resolve("golden/host.prom"))
                        + Files.readString(RESOURCES.resolve("golden/gpu-data-centre.prom"));
                String hardware = Files.readString(RESOURCES.resolve("golden/hardware.prom"));
                Golden.check(REFERENCE, MetricsReference.page(text + hardware, other));
            }
        }
    }

    private static String scrape(Exporter exporter, String query) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + exporter.address().getPort() + "/metrics" + query))
                .header("X-Prometheus-Scrape-Timeout-Seconds", "60")
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String normalised(String text) {
        Set<String> lines = new LinkedHashSet<>();
        Set<String> commands = new TreeSet<>();
        for (String line : text.split("\n", -1)) {
            String normal = line.startsWith("#") || line.isEmpty() ? line : series(line);
            // Redis lists commands in the order of a hash table with a random seed.
            if (normal.contains("cmd=\"")) {
                commands.add(normal);
                continue;
            }
            lines.addAll(commands);
            commands.clear();
            lines.add(normal);
        }
        return String.join("\n", lines);
    }

    private static String series(String line) {
        Matcher series = SERIES.matcher(line);
        assertThat(series.matches()).as(line).isTrue();
        String name = series.group(1);
        String labels = series.group(2) == null ? "" : series.group(2);
        boolean live = LIVE.matcher(name).matches();
        if (name.startsWith("jvm_") || name.startsWith("avatar_exporter_nvml_call_")) {
            labels = ANY_LABEL.matcher(labels).replaceAll("=\"*\"");
        } else if (name.startsWith("node_textfile_mtime")) {
            labels = ANY_LABEL.matcher(labels).replaceAll("=\"*\"");
            live = true;
        } else if (name.equals("redis_instance_info") || name.equals("avatar_exporter_build_info")) {
            labels = LIVE_LABEL.matcher(labels).replaceAll("$1=\"*\"");
        }
        return name + labels + " " + (live ? "*" : series.group(3));
    }
}
