package io.bev.avatar.exporter.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.Exposition;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.testkit.Repository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
class ExporterServerTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch hang = new CountDownLatch(1);
    private final AtomicBoolean broken = new AtomicBoolean();
    private ScrapeRunner runner;
    private ExporterServer server;

    private static final class Fixed implements Collector {

        private final String name;

        Fixed(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String remark() {
            return name.equals("other") ? "simulated <it>" : "";
        }

        @Override
        public void collect(MetricSink out) throws Exception {
            out.counter(name + "_things_total", "Things with a \\ and \"quotes\".", 3, "path", "a\"b\\c\nd");
        }
    }

    private final class Hanging implements Collector {

        @Override
        public String name() {
            return "hanging";
        }

        @Override
        public void collect(MetricSink out) throws Exception {
            hang.await();
            if (broken.get()) {
                throw new IOException("it broke");
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        runner = new ScrapeRunner(
                List.of(new Fixed("steady"), new Fixed("other"), new Hanging()),
                Duration.ofSeconds(5),
                Ticker.system(),
                Clock.systemUTC());
        Exposition exposition = new Exposition(runner, Map.of("cache", "cache.url is <empty>"), List.of(), List.of());
        server = new ExporterServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                ExporterServer.connections(),
                ListenerSecurity.OPEN,
                RequestGuard.allowing(List.of()),
                exposition,
                Duration.ofMillis(500),
                new LandingPage("1.2.3", exposition::statuses, exposition.disabled(), Clock.systemUTC()),
                new RunbookPages(
                        Repository.root().resolve("alerting-rules/runbooks"), Optional.of("Here, use `./avatar up`.")),
                exchange -> {
                    if (exchange.getRequestHeaders().containsKey("Fail")) {
                        throw new IllegalStateException("a fault of our own");
                    }
                    Responses.text(exchange, 200, "alert");
                });
        server.start();
    }

    @AfterEach
    void stop() {
        hang.countDown();
        server.close();
        runner.close();
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private int port() {
        return server.address().getPort();
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    @Test
    void metrics_plain_isText004WithEscapedLabels() throws Exception {
        HttpResponse<byte[]> response = get("/metrics?exclude[]=hanging");

        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        assertThat(text(response))
                .contains("# TYPE steady_things_total counter")
                .contains("steady_things_total{path=\"a\\\"b\\\\c\\nd\",} 3.0")
                .contains("avatar_exporter_collector_success{collector=\"steady\",} 1.0");
    }

    @Test
    void metrics_openMetricsAccepted_isOpenMetrics() throws Exception {
        HttpResponse<byte[]> response = get(
                "/metrics?collect[]=steady", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

        assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/openmetrics-text");
        assertThat(text(response)).contains("# TYPE steady_things counter").endsWith("# EOF\n");
    }

    @Test
    void metrics_gzipAccepted_isCompressed() throws Exception {
        HttpResponse<byte[]> response = get("/metrics?collect[]=steady", "Accept-Encoding", "gzip");

        assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8)).contains("steady_things_total");
        }
    }

    @Test
    void metrics_collect_returnsOnlyThose() throws Exception {
        String text = text(get("/metrics?collect[]=steady&collect%5B%5D=other&exclude[]=other"));

        assertThat(text)
                .contains("steady_things_total")
                .doesNotContain("other_things_total")
                .doesNotContain("hanging");
    }

    @Test
    void metrics_unknownCollector_is400WithTheKnownNames() throws Exception {
        HttpResponse<byte[]> response = get("/metrics?collect[]=nonsense");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response)).contains("found 'nonsense', expected one of steady, other, hanging");
    }

    @Test
    void disabledCollector_mayBeNamed_isShownOnThePage_andReturnsNothing() throws Exception {
        hang.countDown();
        assertThat(text(get("/metrics?exclude[]=cache")))
                .contains("steady_things_total")
                .doesNotContain("cache");
        assertThat(get("/metrics?collect[]=cache").statusCode()).isEqualTo(200);
        assertThat(text(get("/")))
                .contains("All sources respond", "<span class=\"pill idle\">off</span>", "cache.url is &lt;empty&gt;");
    }

    @Test
    void metrics_hangingCollector_answers200AndReportsIt() throws Exception {
        HttpResponse<byte[]> response = get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "3");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(text(response))
                .contains("steady_things_total")
                .contains("avatar_exporter_collector_success{collector=\"hanging\",} 0.0");
    }

    @Test
    void health_whileScrapesHang_responds() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> scrapes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/metrics"))
                    .build();
            scrapes.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
        }
        assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
        assertThat(get("/-/ready").statusCode()).isEqualTo(200);
        for (CompletableFuture<HttpResponse<byte[]>> scrape : scrapes) {
            assertThat(scrape.get(60, SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void metrics_hundredSlowClients_stillResponds() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Socket socket = connect();
                socket.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertThat(get("/metrics?collect[]=steady").statusCode()).isEqualTo(200);
            assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends raw bytes and returns the status line; empty if the server closes the connection. */
    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return answer.isEmpty() ? "" : answer.substring(9);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    void request_hostile_isRejectedAndTheServerSurvives() throws Exception {
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")).isEqualTo("421");
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n"))
                .isEqualTo("403");
        assertThat(raw("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"))
                .isEqualTo("405");
        assertThat(raw("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .isIn("404", "400");
        assertThat(raw("nonsense\r\n\r\n")).isIn("400", "");
        assertThat(raw("GET /metrics?collect[]=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .isIn("400", "");
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(600_000) + "\r\n\r\n"))
                .isIn("200", "400", "431", "");

        assertThat(get("/metrics?collect[]=steady").statusCode()).isEqualTo(200);
    }

    @Test
    void path_withKnownPrefix_is404() throws Exception {
        for (String path : List.of("/metricsx", "/metrics/", "/-/healthy/x", "/-/readyx", "/alertsx", "/alerts/x")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void health_otherMethods_is405WithTheAllowedMethods() throws Exception {
        for (String path : List.of("/-/healthy", "/-/ready")) {
            HttpResponse<Void> rejected = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                            .DELETE()
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            assertThat(rejected.statusCode()).as(path).isEqualTo(405);
            assertThat(rejected.headers().firstValue("Allow")).contains("GET, HEAD");
        }
    }

    @Test
    void request_internalError_is500AndNamesTheLog() throws Exception {
        HttpResponse<byte[]> answer = get("/alerts", "Fail", "yes");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(text(answer)).contains("see the exporter's log");
    }

    @Test
    void page_beforeAndAfterAScrape_showsCollectorStatus() throws Exception {
        assertThat(text(get("/"))).contains("No scrape yet").contains("1.2.3").contains("not scraped yet");

        get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "3");

        assertThat(text(get("/")))
                .contains("2 sources respond, 1 not present")
                .contains("<span class=\"pill idle\">not present</span>")
                .contains("deadline exceeded")
                .containsOnlyOnce("<span class=\"pill remark\">simulated &lt;it&gt;</span>")
                .doesNotContain("{{");
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
    }

    @Test
    void page_sourceThatRespondedBefore_isFailing() throws Exception {
        hang.countDown();
        get("/metrics");
        assertThat(text(get("/"))).contains("All sources respond").doesNotContain("not present");

        broken.set(true);
        // A scrape directly after another may share its collections.
        while (!text(get("/")).contains("pill failing")) {
            get("/metrics");
        }

        assertThat(text(get("/")))
                .contains("1 of 3 sources failing")
                .contains("<span class=\"pill failing\">failing</span>", "it broke");
    }

    @Test
    void head_metrics_hasHeadersAndNoBody() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port() + "/metrics?collect[]=steady"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();

        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void runbooks_areReadablePages_andNothingElseIsRead() throws Exception {
        HttpResponse<byte[]> page = get("/runbooks/AvatarRedisDown.md");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(text(page))
                .contains(
                        "name=\"viewport\"",
                        "<h1>AvatarRedisDown</h1>",
                        "<h2>Impact</h2>",
                        "<code>redis-cli ping</code>")
                .contains("Here, use <code>./avatar up</code>.")
                .doesNotContain("http://", "https://", "<script");
        assertThat(text(get("/runbooks/AvatarUpdatesDropped")))
                .contains("<a href=\"/runbooks/AvatarRedisDown\">AvatarRedisDown</a>");
        assertThat(text(get("/runbooks"))).contains("<a href=\"/runbooks/AvatarHostDown\">");
        for (String wrong :
                List.of("/runbooks/Nothing", "/runbooks/..%2fprometheus.yml", "/runbooks/a/b", "/runbooksx")) {
            assertThat(get(wrong).statusCode()).as(wrong).isEqualTo(404);
        }
    }
}
