package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.testkit.RedisServer;
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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The complete exporter with a real Redis and no other sources. */
@Timeout(120)
class ExporterTest {

    private static final List<String> ALL =
            List.of("gpu", "host", "redis", "service", "renderer", "live", "endpoint", "mcp");

    @TempDir
    Path directory;

    private ExporterConfigs settings(String redisUrl) {
        String yaml = """
            exporter:
              port: 0
              state-directory: %s
              nvml-library: libno-such-nvml.so
              renderer-url: http://127.0.0.1:1
              jolokia-url: http://127.0.0.1:1/jolokia/
              scrape-timeout: 8s
              thresholds: {gpu_temperature_celsius: {warning: 75}}
            mcp: {url: "http://127.0.0.1:1"}
            redis: {url: "%s", timeout: 5s}
            """.formatted(directory, redisUrl);
        Map<String, String> environment = Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=" + directory.resolve("no-bus"));
        return ExporterConfigs.from(Config.of(yaml, "test.yaml", environment), environment);
    }

    private static String scrape(Exporter exporter, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + exporter.address().getPort() + "/metrics"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> response =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private static String success(String collector, int value) {
        return "avatar_exporter_collector_success{collector=\"" + collector + "\",} " + value + ".0";
    }

    @Test
    void scrape_mostSourcesUnreachable_respondsAndReportsFailures() throws Exception {
        try (RedisServer redis = RedisServer.start(directory);
                Exporter exporter = new Exporter(settings(redis.url()), "1.2.3")) {
            exporter.start();

            String text = scrape(exporter);

            assertThat(text)
                    .contains(success("host", 1), success("redis", 1), "redis_up 1.0", "node_load1 ")
                    .contains(success("gpu", 0), success("service", 0), success("renderer", 0))
                    .contains(success("endpoint", 0), success("mcp", 0))
                    .contains("avatar_renderer_up 0.0", "avatar_endpoint_up 0.0", "avatar_mcp_up 0.0")
                    .contains("avatar_exporter_build_info{version=\"1.2.3\"")
                    .contains(
                            "avatar_exporter_threshold{signal=\"gpu_temperature_celsius\",severity=\"warning\",} 75.0")
                    .contains("process_resident_memory_bytes ", "jvm_memory_bytes_used");
            assertThat(ALL).allMatch(name -> text.contains("collector_success{collector=\"" + name + "\""));
        }
    }

    @Test
    void scrape_withoutRedis_hasNoRedisSeries() throws Exception {
        try (Exporter exporter = new Exporter(settings(""), "1.2.3")) {
            exporter.start();

            assertThat(scrape(exporter))
                    .contains(success("host", 1))
                    .doesNotContain("redis_", "collector=\"redis\"")
                    .contains("avatar_exporter_alert_spool_pending 0.0");
        }
    }

    @Test
    void start_instanceIsLocalhost_serves() throws Exception {
        Map<String, String> environment = Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=" + directory.resolve("no-bus"));
        String yaml = """
                exporter: {port: 0, state-directory: %s, recovery: {instance: localhost}}
                redis: {url: ''}
                """.formatted(directory);
        Config config = Config.of(yaml, "test.yaml", environment);
        try (Exporter exporter = new Exporter(ExporterConfigs.from(config, environment), "1.2.3")) {
            exporter.start();

            assertThat(scrape(exporter)).contains(success("host", 1));
        }
    }

    @Test
    void scrape_redisFrozen_reportsDownWithinTheScrapeTimeout() throws Exception {
        try (RedisServer redis = RedisServer.start(directory);
                Exporter exporter = new Exporter(settings(redis.url()), "1.2.3")) {
            exporter.start();
            assertThat(scrape(exporter)).contains("redis_up 1.0");
            redis.freeze();
            try {
                // Less than redis.timeout: the interrupt has to bring the answer, not the timeout.
                assertThat(scrape(exporter, "X-Prometheus-Scrape-Timeout-Seconds", "3"))
                        .contains("redis_up 0.0", success("redis", 0), success("host", 1));
                assertThat(scrape(exporter)).contains("redis_up 0.0");
            } finally {
                redis.thaw();
            }
            String text = scrape(exporter);
            while (!text.contains("redis_up 1.0")) {
                text = scrape(exporter);
            }
            assertThat(text).contains(success("redis", 1));
        }
    }

    @Test
    void close_afterScrapes_stopsThreads() throws Exception {
        try (RedisServer redis = RedisServer.start(directory)) {
            for (int i = 0; i < 3; i++) {
                try (Exporter exporter = new Exporter(settings(redis.url()), "1.2.3")) {
                    exporter.start();
                    scrape(exporter);
                }
            }
        }
        for (int i = 0; i < 500 && collectorThreads() > 0; i++) {
            Thread.sleep(20);
        }
        assertThat(collectorThreads()).isZero();
    }

    private static long collectorThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("collector-"))
                .count();
    }

    /** Names of peers are kept unchanged, so lint findings of a peer's scrape are allowed. */
    @Test
    void scrape_lintedByPromtool_hasOnlyFindingsThatThePeersHave() throws Exception {
        Assumptions.assumeTrue(Installation.find("promtool").isPresent(), "promtool is not installed");
        try (RedisServer redis = RedisServer.startCluster(directory);
                PeerExporter node = PeerExporter.start(directory, "prometheus-node-exporter", "--web.listen-address");
                PeerExporter peer = PeerExporter.start(
                        directory, "prometheus-redis-exporter", "-web.listen-address", "-redis.addr=" + redis.url());
                Exporter exporter = new Exporter(settings(redis.url()), "1.2.3")) {
            exporter.start();

            List<String> own = lint("exporter", scrape(exporter));
            List<String> theirs = new ArrayList<>(lint("node_exporter", node.text()));
            theirs.addAll(lint("redis_exporter", peer.text()));

            assertThat(theirs)
                    .as("lint findings about names of peers, such as those of /proc/meminfo")
                    .anyMatch(complaint -> complaint.startsWith("node_memory_MemTotal_bytes "));
            // The peers have these names in later versions than Debian's.
            for (String name : List.of("TCPOFOQueue", "TCPRcvQDrop")) {
                theirs.add("node_netstat_TcpExt_" + name
                        + " metric names should be written in 'snake_case' not 'camelCase'");
            }
            for (String name : List.of(
                    "current_eviction_exceeded_time_ms",
                    "eviction_exceeded_time_ms_total",
                    "expire_cycle_cpu_time_ms_total")) {
                theirs.add("redis_" + name + " metric names should not contain abbreviated units");
            }
            for (String name : List.of("memory_used_vm_total", "rdb_saves_total")) {
                theirs.add("redis_" + name + " non-counter metrics should not have \"_total\" suffix");
            }
            assertThat(own).isSubsetOf(theirs);
        }
    }

    /** Lint findings of promtool, one line per metric. */
    private List<String> lint(String whose, String text) throws IOException, InterruptedException {
        Path complaints = directory.resolve(whose + ".complaints");
        int code = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(Files.writeString(directory.resolve(whose + ".scrape"), text)
                        .toFile())
                .redirectErrorStream(true)
                .redirectOutput(complaints.toFile())
                .start()
                .waitFor();
        List<String> lines = Files.readAllLines(complaints, StandardCharsets.UTF_8);
        // Exit code 3 means findings; any other code except 0 means that the text is invalid.
        assertThat(code).as("promtool of %s: %s", whose, lines).isIn(0, 3);
        return lines;
    }
}
