package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.cds.Installation;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A real stack: use, faults and shutdown. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StackIT {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Path IMAGES = Path.of("target", "images");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private AvatarUp up;

    @BeforeAll
    void startStack() throws Exception {
        for (String program : List.of("redis-server", "redis-cli", "prometheus")) {
            assumeTrue(Installation.find(program).isPresent(), program + " is not installed");
        }
        Files.createDirectories(IMAGES);
        up = AvatarUp.start(directory, AvatarUp.Ports.free());
    }

    @AfterAll
    void stopStack() throws Exception {
        if (up != null) {
            up.stop();
        }
    }

    @Test
    @Order(1)
    void everyListener_afterStart_responds() throws Exception {
        assertThat(up.get(up.page("/health")).statusCode()).isEqualTo(200);
        // Redis may respond only after the renderer has started without it.
        up.await(
                "health to be ok",
                SOON,
                () -> up.json(up.page("/health")).path("status").asText().equals("ok"));
        BufferedImage image = snapshot("start");
        assertThat(share(image, StackIT::looksLikeSkin)).isGreaterThan(0.03);

        // On a busy machine a source may be missing from one scrape.
        for (String metric : List.of(
                "\navatar_renderer_fps ",
                "\nnode_load1 ",
                "\nredis_up 1",
                "\navatar_exporter_collector_success{collector=\"renderer\"")) {
            up.await(metric.strip(), SOON, () -> up.metrics().contains(metric));
        }
        up.await(
                "Prometheus to scrape",
                SOON,
                () -> !up.query("up{job=\"avatar\"} == 1").isEmpty());
        assertThat(up.query("up{job=\"avatar\"}")
                        .get(0)
                        .path("metric")
                        .path("instance")
                        .asText())
                .as("instance is a bare host name")
                .isNotEmpty()
                .doesNotContain(":");
        JsonNode answer = up.jolokia(Map.of("type", "read", "mbean", "bev.avatar:type=Renderer"));
        assertThat(answer.path("value").path("State").asText()).isEqualTo("RUNNING");
    }

    @Test
    @Order(2)
    void secondUp_sameRunDirectory_reportsRunningStack() throws Exception {
        AvatarUp second = AvatarUp.launch(directory, up.ports);
        second.process.waitFor();
        assertThat(second.process.exitValue()).isNotZero();
        assertThat(second.text()).contains("already running").contains(Integer.toString(up.ports.page()));
    }

    @Test
    @Order(3)
    void otherUp_usedPort_reportsOwnerAndRemedy() throws Exception {
        AvatarUp other = AvatarUp.launch(Files.createDirectory(directory.resolve("other")), up.ports);
        other.process.waitFor();
        assertThat(other.process.exitValue()).isNotZero();
        assertThat(other.text())
                .contains("port " + up.ports.page() + " for the renderer is used by java")
                .contains("BEV_AVATAR_PORT");
        assertThat(other.processes(line -> line.contains("-server") || line.contains("avatar-renderer")))
                .isEmpty();
    }

    @Test
    @Order(4)
    void missingModel_isRejectedInOneLine() throws Exception {
        AvatarUp other = AvatarUp.launch(
                Files.createDirectory(directory.resolve("model")), AvatarUp.Ports.free(), "--model", "no such.zip");
        other.process.waitFor();
        assertThat(other.process.exitValue()).isEqualTo(66);
        assertThat(other.text()).contains("no such.zip").contains("built-in");
    }

    @Test
    @Order(5)
    void invalidModel_isRejected_andNothingKeepsRunning() throws Exception {
        Path broken = Files.writeString(directory.resolve("broken.ply"), "ply\nformat ascii 1.0\nend_header\n");
        AvatarUp other = AvatarUp.launch(
                Files.createDirectory(directory.resolve("brokenmodel")),
                AvatarUp.Ports.free(),
                "--model",
                broken.toString());
        other.process.waitFor();
        assertThat(other.process.exitValue()).isNotZero();
        assertThat(other.text()).contains("broken.ply");
        assertThat(other.processes(line -> true)).isEmpty();
    }

    @Test
    @Order(6)
    void page_inBrowser_showsFrames_andSetsEmotion() throws Exception {
        try (Browser browser = new Browser(1280, 800)) {
            browser.open(up.page("/"));
            up.await("frames on the canvas", SOON, () -> frames(browser) > 30);
            long before = frames(browser);
            long start = System.nanoTime();
            up.await("more frames on the canvas", SOON, () -> frames(browser) >= before + 30);
            System.out.printf(
                    Locale.ROOT,
                    "page: %.1f frames per second%n",
                    (frames(browser) - before) / ((System.nanoTime() - start) / 1e9));
            browser.script("[...document.querySelectorAll('button')]"
                    + ".find(b => b.textContent.trim().toLowerCase() === 'happy').click()");
            up.await("the emotion", SOON, () -> emotion().equals("happy"));
            up.await(
                    "the selected emotion",
                    SOON,
                    () -> "true"
                            .equals(browser.script(
                                    "return document.querySelector('[data-emotion=happy][role=radio]').ariaChecked")));
            browser.open(up.page("/"));
            up.await(
                    "the timeline after a reload",
                    SOON,
                    () -> String.valueOf(browser.script("return document.getElementById('timeline').textContent"))
                            .contains("Happy"));
            up.await("frames after a reload", SOON, () -> frames(browser) > 0);
            up.await(
                    "the name of the image",
                    SOON,
                    () -> "Live avatar, emotion: Happy"
                            .equals(browser.script("return document.getElementById('frame').ariaLabel")));
            browser.script("const f = document.getElementById('format');"
                    + "f.value = 'video'; f.dispatchEvent(new Event('change'))");
            up.await(
                    "video, or JPEG with the reason where libvpx is missing",
                    SOON,
                    () -> (Boolean) browser.script("return window.__avatar.format === 'video'"
                            + " || document.getElementById('format').value === 'jpeg'"));
            browser.script("const f = document.getElementById('format');"
                    + "f.value = 'jpeg'; f.dispatchEvent(new Event('change'))");
            Thread.sleep(1000);
            browser.colourScheme("light");
            browser.screenshot(IMAGES.resolve("page-light.png"));
            browser.colourScheme("dark");
            browser.screenshot(IMAGES.resolve("page-dark.png"));
            // On a busy machine the socket may end before its reason arrives: the page then expects a restart.
            browser.script("const link = document.getElementById('link-text'); window.shown = [];"
                    + "new MutationObserver(() => window.shown.push(link.textContent + ' '"
                    + " + document.getElementById('viewers').textContent))"
                    + ".observe(link, {childList: true, characterData: true, subtree: true})");
            up.execute("Stream", "disconnectAll");
            up.await("the page to disconnect and reconnect", SOON, () -> (Boolean) browser.script(
                    "return window.shown.some(text => text === 'Disconnected –' || text.startsWith('Reconnecting '))"
                            + " && document.getElementById('link-text').textContent === 'Live'"));
            assertThat(browser.errors()).isEmpty();
        }
    }

    @Test
    @Order(7)
    void emotion_setByJolokiaAndRedis_isApplied() throws Exception {
        JsonNode answer = up.execute("Avatar", "setEmotion", "focused");
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
        up.await("the emotion set by Jolokia", SOON, () -> emotion().equals("focused"));

        up.redis("XADD", "avatar:state:updates", "*", "json", "{\"emotion\":\"curious\",\"intensity\":0.9}");
        up.await("the emotion set by the stream", SOON, () -> emotion().equals("curious"));

        long seq = up.state().path("seq").asLong() + 10;
        up.redis("SET", "avatar:state", "{\"schema\":1,\"seq\":" + seq + ",\"emotion\":\"happy\",\"intensity\":1}");
        up.await("the emotion set by the key", SOON, () -> emotion().equals("happy"));
    }

    @Test
    @Order(8)
    void osintEvents_overStreamAndPubSub_setTheInvestigation() throws Exception {
        String event = "{\"activity_type\":\"threat_analysis\",\"investigation_id\":\"INV-%d\",\"progress\":0.4,"
                + "\"findings\":3,\"threat_indicators\":2}";
        up.redis("XADD", "osint:updates", "*", "json", String.format(Locale.ROOT, event, 7));
        up.await("the stream's event", SOON, () -> investigation().equals("INV-7"));
        up.redis("PUBLISH", "osint:updates", String.format(Locale.ROOT, event, 8));
        up.await("the published event", SOON, () -> investigation().equals("INV-8"));
        assertThat(up.state().path("activity").asText()).isEqualTo("threat_analysis");
        up.await(
                "the current investigation in Redis",
                SOON,
                () -> up.redis("GET", "osint:current_investigation").contains("INV-8"));
    }

    /** Without a GPU, only GPU panels may be empty. */
    @Test
    @Order(9)
    void dashboards_everyQuery_returnsData() throws Exception {
        up.awaitDashboards(false);
    }

    /** The commands of the runbooks. */
    @Test
    @Order(9)
    void runbooks_everyRequest_succeeds() throws Exception {
        Set<String> commands = RunbookRequests.on(up);
        assertThat(commands).hasSizeGreaterThan(8);
        for (String command : commands) {
            String answer = AvatarUp.run(List.of("bash", "-c", command));
            assertThat(answer).as(command).isNotBlank();
            if (command.contains("/jolokia/")) {
                assertThat(answer).as(command).contains("\"status\":200");
            }
        }
    }

    /** Cross-site requests and DNS rebinding by a browser, against every port. */
    @Test
    @Order(9)
    void pagesOfOtherSites_readAndChangeNothing() throws Exception {
        Map<Integer, List<List<String>>> listeners = Map.of(
                up.ports.page(),
                List.of(List.of("/state", "/snapshot.jpg", "/history"), List.of("/state", "/osint", "/say")),
                up.ports.jolokia(),
                List.of(
                        List.of(
                                "/jolokia/read/bev.avatar:type=Avatar",
                                "/jolokia/exec/bev.avatar:type=Avatar/setEmotion/angry"),
                        List.of("/jolokia/")),
                up.ports.exporter(),
                List.of(List.of("/metrics", "/"), List.of("/alerts")));
        try (HostilePage hostile = HostilePage.serve();
                Browser browser = new Browser(800, 600, HostilePage.RESOLVER_RULES)) {
            Map<String, String> permitted =
                    hostile.attack(browser, hostile.unprotected(), List.of("/state"), List.of("/state"));
            assertThat(permitted.entrySet())
                    .filteredOn(entry -> entry.getValue().equals("blocked"))
                    .as("attempts that never work")
                    .allMatch(entry -> entry.getKey().matches(".*(image|style|websocket).*"));
            assertThat(hostile.requests())
                    .containsKeys("GET /unprotected/state", "POST /unprotected/state", "PUT /unprotected/state");

            // Ends the fading of the last event.
            up.post(up.page("/state"), Map.of("emotion", "curious", "intensity", 0.5), "");
            JsonNode before = up.state();
            int attempts = 0;
            for (Map.Entry<Integer, List<List<String>>> listener : listeners.entrySet()) {
                for (String host : List.of("127.0.0.1", "localhost", "rebind.example")) {
                    Map<String, String> outcomes = hostile.attack(
                            browser,
                            "http://" + host + ":" + listener.getKey(),
                            listener.getValue().get(0),
                            listener.getValue().get(1));
                    assertThat(outcomes).doesNotContainValue("read");
                    attempts += outcomes.size();
                }
                for (String path : listener.getValue().get(0)) {
                    browser.open("http://rebind.example:" + listener.getKey() + path);
                    assertThat((Long) browser.script("return (async () => (await fetch(location.href)).status)()"))
                            .as("%d %s", listener.getKey(), path)
                            .isBetween(400L, 499L);
                    attempts++;
                }
            }
            System.out.printf(Locale.ROOT, "browser: %d attempts%n", attempts);
            assertThat(up.state()).isEqualTo(before);
        }
    }

    @Test
    @Order(10)
    void killedRenderer_isRestarted_andKeepsEmotion() throws Exception {
        up.post(up.page("/state"), Map.of("emotion", "concerned", "intensity", 0.7), "");
        up.await("the emotion", SOON, () -> emotion().equals("concerned"));
        long seq = up.state().path("seq").asLong();
        long pid = up.renderer().pid();
        AvatarUp.signal("KILL", pid);
        up.await(
                "the report",
                SOON,
                () -> up.text().contains("renderer") && up.text().contains("signal 9"));
        up.await("the restart of the renderer", SOON, () -> up.text().contains("ready again after"));
        assertThat(up.renderer().pid()).isNotEqualTo(pid);
        assertThat(emotion()).isEqualTo("concerned");
        assertThat(up.state().path("seq").asLong()).isGreaterThanOrEqualTo(seq);
    }

    @Test
    @Order(11)
    void stoppedRedis_renderingContinues_alertFires_andNothingIsLost() throws Exception {
        up.redis("SHUTDOWN");
        up.await("redis_up 0", SOON, () -> up.metrics().contains("\nredis_up 0"));
        up.await(
                "health to be degraded",
                SOON,
                () -> up.json(up.page("/health")).path("status").asText().equals("degraded"));
        up.post(up.page("/state"), Map.of("emotion", "satisfied", "intensity", 0.6), "");
        assertThat(emotion()).isEqualTo("satisfied");
        long frames = frameCount();
        up.await("frames", SOON, () -> frameCount() > frames + 5);
        up.await(
                "the alert",
                Duration.ofMinutes(3),
                () -> !up.query("ALERTS{alertname=\"AvatarRedisDown\",alertstate=\"firing\"}")
                        .isEmpty());

        Process redis = new ProcessBuilder(
                        "redis-server",
                        "--port",
                        Integer.toString(up.ports.redis()),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        up.runDirectory.resolve("redis").toString(),
                        "--appendonly",
                        "yes")
                .redirectOutput(directory.resolve("redis.log").toFile())
                .start();
        try {
            up.await("redis_up 1", SOON, () -> up.metrics().contains("\nredis_up 1"));
            up.await(
                    "the state in Redis",
                    SOON,
                    () -> up.redis("GET", "avatar:state").contains("satisfied"));
            up.await(
                    "the alert to resolve",
                    Duration.ofMinutes(3),
                    () -> up.query("ALERTS{alertname=\"AvatarRedisDown\"}").isEmpty());
            up.await("both events in Redis", Duration.ofMinutes(3), () -> {
                String events = up.redis("LRANGE", "avatar:alerts", "0", "-1");
                return events.contains("AvatarRedisDown") && events.contains("resolved");
            });
            up.await(
                    "health to be ok again",
                    SOON,
                    () -> up.json(up.page("/health")).path("status").asText().equals("ok"));
            stopsInOrder();
        } finally {
            redis.destroy();
            redis.waitFor(5, TimeUnit.SECONDS);
        }
    }

    /** Last, while the Redis of the test can still receive the final save. */
    private void stopsInOrder() throws Exception {
        long start = System.nanoTime();
        AvatarUp.signal("INT", up.process.pid());
        up.process.waitFor();
        System.out.printf(Locale.ROOT, "stopped after %.1f s%n", (System.nanoTime() - start) / 1e9);
        assertThat(up.processes(line -> true)).isEmpty();
        assertThat(up.text()).contains("stopped").doesNotContain("was killed");
    }

    private String emotion() throws IOException, InterruptedException {
        return up.state().path("emotion").asText();
    }

    private String investigation() throws IOException, InterruptedException {
        return up.state().path("investigation").path("id").asText();
    }

    private long frameCount() throws IOException, InterruptedException {
        return up.jolokia(Map.of("type", "read", "mbean", "bev.avatar:type=Frames", "attribute", "FramesRendered"))
                .path("value")
                .asLong();
    }

    private static long frames(Browser browser) {
        Object count = browser.script("return window.__avatar ? window.__avatar.frames : 0");
        return count instanceof Number n ? n.longValue() : 0;
    }

    private BufferedImage snapshot(String name) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = up.get(up.page("/snapshot.jpg"));
        assertThat(response.statusCode()).isEqualTo(200);
        Files.write(IMAGES.resolve(name + ".jpg"), response.body());
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(response.body()));
        assertThat(image).as("a JPEG").isNotNull();
        return image;
    }

    private static double share(BufferedImage image, IntPredicate test) {
        long hits = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if (test.test(image.getRGB(x, y))) {
                    hits++;
                }
            }
        }
        return (double) hits / image.getWidth() / image.getHeight();
    }

    private static boolean looksLikeSkin(int rgb) {
        int red = rgb >> 16 & 255;
        int green = rgb >> 8 & 255;
        int blue = rgb & 255;
        return red > 90 && red > green && green > blue && red - blue > 20;
    }
}
