package io.bev.avatar.exporter.collector.renderer;

import static io.bev.avatar.exporter.collector.Scrapes.failedScrape;
import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Scrapes;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The collector against responses recorded from a running renderer's Jolokia. */
class RendererCollectorTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int FRAMES = 2;
    private static final int GPU = 7;

    private final BoundedHttpClient http = new BoundedHttpClient();
    private final FrameDeadlines deadlines = new FrameDeadlines(() -> 1);
    private String recorded;
    private StubHttpServer jolokia;
    private RendererCollector collector;

    @BeforeEach
    void open() throws IOException {
        recorded = Files.readString(Path.of("src/test/resources/jolokia/renderer.json"));
        jolokia = new StubHttpServer(request -> Answer.json(recorded));
        collector = new RendererCollector(jolokia.address("/jolokia/"), LONG, http, deadlines);
    }

    @AfterEach
    void close() {
        jolokia.close();
        http.close();
    }

    private String changed(Consumer<JsonNode> change) throws IOException {
        JsonNode tree = JSON.readTree(recorded);
        change.accept(tree);
        return tree.toString();
    }

    @Test
    void workingRenderer_goldenExposition() throws Exception {
        Scrapes.assertGolden(scrape(collector), "renderer.prom");
    }

    @Test
    void oneScrape_sendsOneJsonPostWithContentLength() throws Exception {
        scrape(collector);

        assertThat(jolokia.asked()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/jolokia/");
            assertThat(request.header("Content-type")).isEqualTo("application/json");
            assertThat(request.header("Content-length"))
                    .isEqualTo(String.valueOf(request.body().length()));
            assertThat(request.header("Host")).isEqualTo(jolokia.address("").getAuthority());
            assertThat(JSON.readTree(request.body())).hasSameSizeAs(JSON.readTree(recorded));
        });
    }

    @Test
    void requests_matchTheRecordedOnes() throws Exception {
        scrape(collector);

        JsonNode sent = JSON.readTree(jolokia.asked().get(0).body());
        JsonNode answered = JSON.readTree(recorded);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(sent.get(i).path("mbean"))
                    .isEqualTo(answered.get(i).path("request").path("mbean"));
        }
    }

    @Test
    void nothingListening_downAndFailed() throws Exception {
        URI unused = StubHttpServer.unreachable("/jolokia/");

        assertThat(failedScrape(
                        new RendererCollector(unused, LONG, http, deadlines),
                        "unreachable through Jolokia at " + unused + ": connection refused",
                        "systemctl status"))
                .contains("avatar_renderer_up 0.0\n")
                .doesNotContain("avatar_renderer_fps");
    }

    @Test
    void silentRenderer_downAfterTheTimeout() throws Exception {
        jolokia.answer(request -> Answer.silence());

        assertThat(failedScrape(
                        new RendererCollector(jolokia.address("/"), Duration.ofMillis(100), http, deadlines),
                        "no response within 100 ms"))
                .contains("avatar_renderer_up 0.0\n");
        assertThat(jolokia.asked()).as("no second request").hasSize(1);
    }

    @Test
    void interrupted_downAndInterruptRestored() throws Exception {
        jolokia.answer(request -> Answer.silence());
        Thread.currentThread().interrupt();

        assertThat(failedScrape(collector, "in time")).contains("avatar_renderer_up 0.0\n");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void requestRejected_downWithJolokiasError() throws Exception {
        jolokia.answer(request -> Answer.json("{\"status\":403,\"error\":\"no access\\n at x\"}"));

        assertThat(failedScrape(collector, "request rejected: status 403, no access;"))
                .contains("avatar_renderer_up 0.0\n");
    }

    @Test
    void httpError_down() throws Exception {
        jolokia.answer(request -> Answer.status(421, "unknown Host"));

        assertThat(failedScrape(collector, "HTTP 421")).contains("avatar_renderer_up 0.0\n");
    }

    @Test
    void rendererBeanDenied_down() throws Exception {
        String rejected = changed(tree -> ((ObjectNode) tree.get(0))
                .put("status", 403)
                .put("error", "denied")
                .remove("value"));
        jolokia.answer(request -> Answer.json(rejected));

        assertThat(failedScrape(collector, "bev.avatar:type=Renderer: status 403, denied"))
                .contains("avatar_renderer_up 0.0\n")
                .doesNotContain("avatar_renderer_fps");
    }

    @Test
    void oneBeanUnreadable_othersPresentAndFailed() throws Exception {
        String rejected = changed(tree -> ((ObjectNode) tree.get(FRAMES))
                .put("status", 404)
                .put("error", "not found")
                .remove("value"));
        jolokia.answer(request -> Answer.json(rejected));

        assertThat(failedScrape(collector, "cannot read bev.avatar:type=Frames: status 404, not found"))
                .contains("avatar_renderer_up 1.0\n", "avatar_renderer_viewers 3.0")
                .doesNotContain("avatar_renderer_fps");
    }

    @Test
    void noGpu_noGpuSeriesAndNoFailure() throws Exception {
        String none = changed(tree -> ((ObjectNode) tree.get(GPU))
                .put("status", 404)
                .put("error", "No MBean")
                .remove("value"));
        jolokia.answer(request -> Answer.json(none));

        assertThat(scrape(collector)).doesNotContain("gpu_memory").contains("avatar_renderer_up 1.0");
    }

    @Test
    void nullsAndNan_absentSeries() throws Exception {
        String odd = changed(tree -> ((ObjectNode) tree.get(FRAMES).path("value"))
                .putNull("LastFrameAgeSeconds")
                .put("Fps", "NaN"));
        jolokia.answer(request -> Answer.json(odd));

        assertThat(scrape(collector)).doesNotContain("avatar_renderer_fps", "last_frame_age");
    }

    @Test
    void mismatchedHistogram_failsWithTheNumbers() throws Exception {
        String odd =
                changed(tree -> ((ObjectNode) tree.get(FRAMES).path("value").path("DurationHistogram"))
                        .putArray("counts")
                        .add(1));
        jolokia.answer(request -> Answer.json(odd));

        assertThat(failedScrape(collector, "1 counts for 14 bounds", "same version"))
                .contains("avatar_renderer_up 1", "avatar_renderer_speech_underruns_total");
    }

    @Test
    void notJson_down() throws Exception {
        jolokia.answer(request -> Answer.json("<html>"));

        assertThat(failedScrape(collector, "is not JSON")).contains("avatar_renderer_up 0.0\n");
    }

    @Test
    void hugeResponse_rejected() throws Exception {
        jolokia.answer(request -> Answer.json("[" + " ".repeat(3 << 20) + "]"));

        assertThat(failedScrape(collector, "larger than 2097152 bytes")).contains("avatar_renderer_up 0.0\n");
    }

    @Test
    void deeplyNestedResponse_rejected() throws Exception {
        jolokia.answer(request -> Answer.json("[".repeat(100_000)));

        assertThat(failedScrape(collector, "at most 64 nested levels")).contains("avatar_renderer_up 0.0\n");
    }

    @Test
    void keptConnectionClosedByTheServer_requestRetried() throws Exception {
        byte[] body = recorded.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> {
                try {
                    // The first connection serves one request and is closed while it receives the second.
                    try (Socket first = server.accept()) {
                        StubHttpServer.readRequest(first.getInputStream());
                        first.getOutputStream().write(head);
                        first.getOutputStream().write(body);
                        StubHttpServer.readRequest(first.getInputStream());
                    }
                    try (Socket second = server.accept()) {
                        StubHttpServer.readRequest(second.getInputStream());
                        second.getOutputStream().write(head);
                        second.getOutputStream().write(body);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            serving.start();
            RendererCollector kept = new RendererCollector(
                    URI.create("http://127.0.0.1:" + server.getLocalPort() + "/jolokia/"), LONG, http, deadlines);

            assertThat(scrape(kept)).contains("avatar_renderer_up 1.0");
            assertThat(scrape(kept)).contains("avatar_renderer_up 1.0");
            serving.join();
        }
    }

    @Test
    void framesMissTheirDeadlines_lateUntilTheRendererIsUnreachable() throws Exception {
        scrape(collector);
        assertThat(deadlines.late()).isFalse();
        String later = changed(tree -> {
            ObjectNode frames = (ObjectNode) tree.get(FRAMES).get("value");
            frames.put("FramesRendered", frames.get("FramesRendered").asLong() + 100);
            frames.put("DeadlineMisses", frames.get("DeadlineMisses").asLong() + 2);
        });
        jolokia.answer(request -> Answer.json(later));

        scrape(collector);
        assertThat(deadlines.late()).isTrue();

        jolokia.answer(request -> Answer.status(503, "stopping"));
        failedScrape(collector, "503");
        assertThat(deadlines.late()).isFalse();
    }
}
