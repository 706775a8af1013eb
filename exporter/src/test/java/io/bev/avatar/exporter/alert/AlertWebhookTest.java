package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.http.BoundedHttpServer;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisConnection;
import io.bev.avatar.testkit.RedisServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AlertWebhookTest {

    private static final String T1 = "2026-01-01T00:00:00.123Z";
    private static final String T2 = "2026-01-01T00:10:00Z";

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private RedisServer redis;
    private RedisClients access;
    private DurableAlertQueue queue;
    private AlertWebhook webhook;
    private HttpServer http;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start(directory);
        Files.writeString(directory.resolve("token"), "open-sesame\n");
        access = access();
        open(directory.resolve("spool/alerts.jsonl"), Optional.of(access.link("test")));
    }

    private RedisClients access() {
        return new RedisClients(new RedisConfig(redis.url(), Duration.ofSeconds(3)));
    }

    private void reopen(Path spool) throws Exception {
        access = access();
        open(spool, Optional.of(access.link("test")));
    }

    private void open(Path spool, Optional<RedisConnection> link) throws Exception {
        Clock clock = Clock.systemUTC();
        queue = DurableAlertQueue.open(link, spool, Duration.ofHours(12), clock);
        webhook = new AlertWebhook(
                RequestGuard.allowing(List.of()), Optional.of(directory.resolve("token")), queue, clock);
        http = BoundedHttpServer.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test")
                .bind();
        http.createContext("/alerts", webhook);
        http.start();
    }

    private void shut() {
        http.stop(0);
        queue.close();
        access.close();
    }

    @AfterEach
    void stop() {
        shut();
        redis.close();
    }

    private static String alert(String fingerprint, String status, String startsAt) {
        String end = status.equals("firing") ? "0001-01-01T00:00:00Z" : "2026-01-01T00:20:00+00:00";
        return """
            {"status":"%s","labels":{"alertname":"AvatarGpuTemperatureHigh","severity":"warning","instance":"gpu-07"},
             "annotations":{"summary":"GPU hot","description":"81 of 80 degrees","runbook_url":"x"},
             "startsAt":"%s","endsAt":"%s","generatorURL":"","fingerprint":"%s","newField":1}\
            """.formatted(status, startsAt, end, fingerprint);
    }

    private static String message(String... alerts) {
        return """
            {"version":"4","groupKey":"{}","truncatedAlerts":0,"status":"firing","receiver":"avatar","newField":{},
             "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"","alerts":[%s]}\
            """.formatted(String.join(",", alerts));
    }

    private int post(String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/alerts"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private int send(String... alerts) throws Exception {
        return post(message(alerts), "Authorization", "Bearer open-sesame");
    }

    private String count(String... command) throws Exception {
        return redis.command(command);
    }

    private String metrics() {
        MetricSink out = new MetricSink();
        queue.accept(out);
        webhook.accept(out);
        return Expositions.text(out);
    }

    @Test
    void post_withoutRedis_reachesListeners_andIsNotStored() throws Exception {
        shut();
        open(directory.resolve("spool/alerts.jsonl"), Optional.empty());
        List<AlertEvent> heard = new ArrayList<>();
        queue.onReceived(heard::addAll);

        assertThat(send(alert("a1", "firing", T1))).isEqualTo(200);

        assertThat(heard)
                .singleElement()
                .satisfies(event -> assertThat(event.fingerprint()).isEqualTo("a1"));
        assertThat(metrics())
                .contains("avatar_exporter_alerts_received_total{status=\"firing\",} 1.0")
                .contains(
                        "avatar_exporter_alert_publish_failures_total 0.0", "avatar_exporter_alert_spool_pending 0.0");
    }

    @Test
    void post_firingAlert_isPublishedAndActive() throws Exception {
        assertThat(send(alert("a1", "firing", T1))).isEqualTo(200);

        JsonNode event = new ObjectMapper().readTree(redis.bulk("LINDEX", "avatar:alerts", "0"));
        assertThat(event.path("schema").asInt()).isEqualTo(1);
        assertThat(event.path("level").asText()).isEqualTo("warning");
        assertThat(event.path("alertname").asText()).isEqualTo("AvatarGpuTemperatureHigh");
        assertThat(event.path("instance").asText()).isEqualTo("gpu-07");
        assertThat(event.path("startsAt").asText()).isEqualTo(T1);
        assertThat(event.path("endsAt").isNull()).isTrue();
        assertThat(event.path("summary").asText()).isEqualTo("GPU hot");
        assertThat(count("HEXISTS", "avatar:alerts:active", "a1")).isEqualTo(":1");
        assertThat(metrics()).contains("avatar_exporter_alerts_received_total{status=\"firing\",} 1.0");
    }

    @Test
    void post_withManyActiveAlerts_doesNotReadAllOfThemEachTime() throws Exception {
        for (int batch = 0; batch < 10; batch++) {
            String[] alerts = new String[500];
            for (int i = 0; i < alerts.length; i++) {
                alerts[i] = alert("a" + batch + "-" + i, "firing", T1);
            }
            assertThat(send(alerts)).isEqualTo(200);
        }
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":5000");
        int before = searches();

        for (int i = 0; i < 40; i++) {
            assertThat(send(alert("b" + i, "firing", T1))).isEqualTo(200);
        }

        assertThat(searches() - before).isLessThan(10);
    }

    /** Times that all active alerts were read. */
    private int searches() throws Exception {
        Matcher calls = Pattern.compile("cmdstat_hgetall:calls=(\\d+)").matcher(redis.bulk("INFO", "commandstats"));
        return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
    }

    @Test
    void post_sameAlertAgain_isPublishedOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(send(alert("a1", "firing", T1), alert("b2", "firing", T1)))
                    .isEqualTo(200);
        }

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":2");
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":2");
    }

    @Test
    void post_firingThenResolvedThenFiringAgain_isThreeEventsAndActive() throws Exception {
        send(alert("a1", "firing", T1));
        send(alert("a1", "resolved", T1));
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":0");
        send(alert("a1", "firing", T2));

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":3");
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":1");
    }

    @Test
    void post_resolvedBeforeItsFiring_leavesNothingActive() throws Exception {
        send(alert("a1", "resolved", T1));
        send(alert("a1", "firing", T1));

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":2");
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":0");
    }

    @Test
    void post_oldResolvedAfterNewFiring_leavesTheNewOneActive() throws Exception {
        send(alert("a1", "firing", T2));
        send(alert("a1", "resolved", T1));
        send(alert("a1", "firing", T1));

        String active = redis.bulk("HGET", "avatar:alerts:active", "a1");
        assertThat(active).contains(T2);
    }

    @Test
    void post_manyAlerts_retainsTheNewestHundred() throws Exception {
        for (int i = 0; i < 7; i++) {
            String[] batch = new String[20];
            for (int k = 0; k < batch.length; k++) {
                batch[k] = alert("f" + i + "-" + k, "firing", T1);
            }
            assertThat(send(batch)).isEqualTo(200);
        }

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":100");
        assertThat(redis.bulk("LINDEX", "avatar:alerts", "0")).contains("f6-19");
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":140");
    }

    @Test
    void post_redisDownThenUp_queuesOnDiskAndPublishesOnceInOrder() throws Exception {
        redis.kill();
        assertThat(send(alert("a1", "firing", T1))).isEqualTo(200);
        assertThat(send(alert("a1", "firing", T1))).isEqualTo(200);
        assertThat(send(alert("a1", "resolved", T1))).isEqualTo(200);
        assertThat(metrics()).contains("avatar_exporter_alert_spool_pending 3.0");
        assertThat(metrics()).doesNotContain("avatar_exporter_alert_publish_failures_total 0.0");

        redis.restart();
        while (!metrics().contains("avatar_exporter_alert_spool_pending 0.0")) {
            Thread.sleep(50);
        }

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":2");
        assertThat(redis.bulk("LINDEX", "avatar:alerts", "0")).contains("resolved");
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":0");
    }

    @Test
    void post_redisDownAndProcessRestarted_publishesQueuedEvents() throws Exception {
        redis.kill();
        assertThat(send(alert("a1", "firing", T1))).isEqualTo(200);
        shut();
        redis.restart();

        reopen(directory.resolve("spool/alerts.jsonl"));
        while (!metrics().contains("avatar_exporter_alert_spool_pending 0.0")) {
            Thread.sleep(50);
        }

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":1");
    }

    @Test
    void post_neitherRedisNorDisk_is503() throws Exception {
        shut();
        // A file in place of the spool directory: even root cannot write below it.
        Files.writeString(directory.resolve("blocked"), "");
        reopen(directory.resolve("blocked/alerts.jsonl"));
        redis.kill();

        assertThat(send(alert("a1", "firing", T1))).isEqualTo(503);

        redis.restart();
        assertThat(send(alert("a1", "firing", T1))).isEqualTo(200);
        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":1");
    }

    @Test
    void post_frozenRedis_isQueuedOnDisk() throws Exception {
        send(alert("a1", "firing", T1));
        redis.freeze();
        try {
            assertThat(send(alert("b2", "firing", T1))).isEqualTo(200);
        } finally {
            redis.thaw();
        }
        while (!metrics().contains("avatar_exporter_alert_spool_pending 0.0")) {
            Thread.sleep(50);
        }

        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":2");
    }

    @Test
    void unwritableSpool_doesNotBlockPublishing() throws Exception {
        redis.kill();
        String[] events = new String[150];
        for (int i = 0; i < events.length; i++) {
            events[i] = alert("f" + i, "firing", T1);
        }
        assertThat(send(events)).isEqualTo(200);
        // A directory in place of the temporary file: even root cannot write it.
        Files.createDirectory(directory.resolve("spool/alerts.jsonl.new"));

        redis.restart();
        while (!metrics().contains("avatar_exporter_alert_spool_pending 0.0")) {
            Thread.sleep(50);
        }

        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":150");
        assertThat(directory.resolve("spool/alerts.jsonl")).doesNotExist();
    }

    @Test
    void activeHash_withForeignEntries_doesNotBlockAlerts() throws Exception {
        count("HSET", "avatar:alerts:active", "a1", "hello", "b2", "{}", "c3", "[7]");

        assertThat(send(alert("a1", "firing", T1), alert("b2", "resolved", T1))).isEqualTo(200);

        assertThat(metrics()).contains("avatar_exporter_alert_spool_pending 0.0");
        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":2");
        assertThat(count("HLEN", "avatar:alerts:active")).isEqualTo(":1");
        assertThat(redis.bulk("HGET", "avatar:alerts:active", "a1")).contains(T1);
    }

    @Test
    void post_wrongOrNoToken_is401() throws Exception {
        String body = message(alert("a1", "firing", T1));

        assertThat(post(body)).isEqualTo(401);
        assertThat(post(body, "Authorization", "Bearer open-sesam")).isEqualTo(401);
        assertThat(post(body, "Authorization", "Basic open-sesame")).isEqualTo(401);
        assertThat(count("LLEN", "avatar:alerts")).isEqualTo(":0");
    }

    @Test
    void post_foreignOrigin_is403() throws Exception {
        int status = post(
                message(alert("a1", "firing", T1)),
                "Authorization",
                "Bearer open-sesame",
                "Origin",
                "http://evil.example");

        assertThat(status).isEqualTo(403);
    }

    @Test
    void post_tooLarge_is413AndCounted() throws Exception {
        for (String token : List.of("open-sesame", "guessed")) {
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), http.getAddress().getPort())) {
                String head = "POST /alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Authorization: Bearer " + token + "\r\nContent-Length: 2000000\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                String status = new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine();
                assertThat(status).startsWith(token.equals("guessed") ? "HTTP/1.1 401" : "HTTP/1.1 413");
            }
        }

        assertThat(metrics())
                .contains("avatar_exporter_alert_notifications_rejected_total{code=\"413\",} 1.0")
                .contains("avatar_exporter_alert_notifications_rejected_total{code=\"401\",} 1.0");
    }

    @Test
    void post_invalidMessages_are400() throws Exception {
        String[] token = {"Authorization", "Bearer open-sesame"};

        HttpResponse<Void> read = client.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + http.getAddress().getPort() + "/alerts"))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(read.statusCode()).isEqualTo(405);
        assertThat(read.headers().firstValue("Allow")).contains("POST");
        assertThat(post("{", token)).isEqualTo(400);
        assertThat(post("", token)).isEqualTo(400);
        assertThat(post("{\"version\":\"3\",\"alerts\":[]}", token)).isEqualTo(400);
        assertThat(post(message(alert("a1", "burning", T1)), token)).isEqualTo(400);
        assertThat(post(message(alert("a1", "firing", "yesterday")), token)).isEqualTo(400);
        assertThat(post("[".repeat(5000), token)).isEqualTo(400);
    }
}
