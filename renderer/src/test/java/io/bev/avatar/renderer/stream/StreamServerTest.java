package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.renderer.management.jolokia.ControlPassword;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.renderer.stream.StreamFixture.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamServerTest {

    private final ObjectMapper mapper = new ObjectMapper();
    private StreamFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new StreamFixture();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html; charset=utf-8",
        "/page.css, text/css; charset=utf-8",
        "/tokens.css, text/css; charset=utf-8",
        "/page.js, text/javascript; charset=utf-8",
        "/icon.svg, image/svg+xml"
    })
    void get_pageFile_isServedWithPolicy(String path, String type) throws Exception {
        HttpResponse<byte[]> answer = fixture.get(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isNotEmpty();
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(type);
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self'"));
    }

    @Test
    void get_cachedPageFile_isNotModified() throws Exception {
        String tag = fixture.get("/").headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> same = fixture.get("/", "If-None-Match", tag);
        HttpResponse<byte[]> other = fixture.get("/", "If-None-Match", "\"old\"");

        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(other.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", "/state", "/stream.mjpeg", "/health/live"})
    void head_respondsWithoutBody(String path) throws Exception {
        HttpResponse<byte[]> answer =
                fixture.send(HttpRequest.newBuilder(fixture.uri(path)).method("HEAD", BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void head_page_hasTheLengthOfGet() throws Exception {
        HttpResponse<byte[]> head =
                fixture.send(HttpRequest.newBuilder(fixture.uri("/")).method("HEAD", BodyPublishers.noBody()));

        assertThat(head.headers().firstValueAsLong("Content-Length"))
                .hasValue(fixture.get("/").body().length);
    }

    @ParameterizedTest
    @CsvSource({"ok, 200", "degraded, 200", "starting, 503", "stopping, 503", "failed, 503"})
    void health_codeFollowsStatus(String status, int code) throws Exception {
        fixture.model.status = status;
        fixture.model
                .health
                .put("fps", 29.5)
                .putArray("reasons")
                .add("Redis is unreachable. Changes are saved locally");

        HttpResponse<byte[]> answer = fixture.get("/health");

        assertThat(answer.statusCode()).isEqualTo(code);
        JsonNode document = mapper.readTree(answer.body());
        assertThat(document.path("status").asText()).isEqualTo(status);
        assertThat(document.path("reasons").path(0).asText()).contains("Redis is unreachable");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void healthLive_evenWhenFailed_is200() throws Exception {
        fixture.model.status = "failed";

        assertThat(fixture.get("/health/live").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"ok, 30, 200", "degraded, 30, 200", "ok, 60000, 503", "ok, , 503", "starting, 30, 503"})
    void healthReady_requiresRecentFrames(String status, Long ageMillis, int code) throws Exception {
        fixture.model.status = status;
        if (ageMillis != null) {
            fixture.model.health.put("lastFrameAgeMs", ageMillis);
        }

        HttpResponse<byte[]> answer = fixture.get("/health/ready");

        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(mapper.readTree(answer.body()).path("ready").asBoolean()).isEqualTo(code == 200);
    }

    @Test
    void get_modelThatFails_is500AndTheConnectionLives() throws Exception {
        fixture.model.broken = true;
        assertThat(fixture.get("/health").statusCode()).isEqualTo(500);
        assertThat(fixture.post("/state", "{}").statusCode()).isEqualTo(500);
        fixture.model.broken = false;
        assertThat(fixture.get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void getState_whileStarting_is503() throws Exception {
        fixture.model.starting = true;

        HttpResponse<byte[]> answer = fixture.get("/state");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"not_durable", "starting", "overloaded"})
    void post_temporaryRejection_is503WithRetryAfter(String reason) throws Exception {
        fixture.model.outcome = new Outcome(false, reason, "later", 42);

        for (String path : List.of("/state", "/osint")) {
            HttpResponse<byte[]> answer = fixture.post(path, "{}");

            assertThat(answer.statusCode()).as(path).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).as(path).isPresent();
        }
    }

    @Test
    void protectedUpdates_needThePassword_readingDoesNot() throws Exception {
        fixture.model.password = Optional.of(ControlPassword.of("s3cret"));
        for (String path : List.of("/state", "/osint")) {
            HttpResponse<byte[]> without = fixture.post(path, "{}");
            assertThat(without.statusCode()).as(path).isEqualTo(401);
            assertThat(without.headers().firstValue("WWW-Authenticate").orElse(""))
                    .startsWith("Basic ");
            assertThat(fixture.send(post(path, "avatar:wrong")).statusCode())
                    .as(path)
                    .isEqualTo(401);
            assertThat(fixture.send(post(path, "other:s3cret")).statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
        assertThat(fixture.model.submitted).isEmpty();
        assertThat(fixture.get("/state").statusCode()).isEqualTo(200);

        assertThat(fixture.send(post("/state", "avatar:s3cret")).statusCode()).isEqualTo(200);
        assertThat(fixture.model.submitted).containsExactly("state {}");

        for (int i = 0; i < 30; i++) {
            fixture.send(post("/state", "avatar:guess" + i));
        }
        HttpResponse<byte[]> tooMany = fixture.send(post("/state", "avatar:s3cret"));
        assertThat(tooMany.statusCode()).isEqualTo(429);
        assertThat(tooMany.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void protectedUpdates_withoutPassword_areDisabledWithTheRemedy() throws Exception {
        fixture.model.password = Optional.of(ControlPassword.none());

        HttpResponse<byte[]> answer = fixture.post("/state", "{}");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(mapper.readTree(answer.body()).path("detail").asText())
                .contains("updates are disabled", "renderer.control-password-file");
        assertThat(fixture.model.submitted).isEmpty();
    }

    private HttpRequest.Builder post(String path, String credentials) {
        return HttpRequest.newBuilder(fixture.uri(path))
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .POST(BodyPublishers.ofString("{}"));
    }

    @Test
    void getState_givesTheDocument() throws Exception {
        HttpResponse<byte[]> answer = fixture.get("/state");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(mapper.readTree(answer.body()).path("seq").asLong()).isEqualTo(41);
    }

    @ParameterizedTest
    @CsvSource({
        "true, '', 200",
        "false, stale, 409",
        "false, malformed, 400",
        "false, out_of_range, 400",
        "false, unknown_emotion, 400",
        "false, too_large, 413"
    })
    void postState_codeFollowsOutcome(boolean accepted, String reason, int code) throws Exception {
        fixture.model.outcome = new Outcome(accepted, reason, "in words", 43);

        HttpResponse<byte[]> answer = fixture.post("/state", "{\"emotion\":\"happy\"}");

        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(mapper.readTree(answer.body()))
                .isEqualTo(mapper.createObjectNode()
                        .put("accepted", accepted)
                        .put("reason", reason)
                        .put("detail", "in words")
                        .put("seq", 43));
        assertThat(fixture.model.submitted).containsExactly("state {\"emotion\":\"happy\"}");
    }

    @Test
    void post_withoutVisibleEffect_hasANote() throws Exception {
        fixture.model.outcome = new Outcome(true, "", "applied", 43).withNote("not visible: covered");

        for (String path : List.of("/state", "/osint")) {
            assertThat(mapper.readTree(fixture.post(path, "{}").body())
                            .path("note")
                            .asText())
                    .isEqualTo("not visible: covered");
        }
    }

    @Test
    void postOsint_reachesTheModel() throws Exception {
        assertThat(fixture.post("/osint", "{\"progress\":0.5}").statusCode()).isEqualTo(200);
        assertThat(fixture.model.submitted).containsExactly("osint {\"progress\":0.5}");
    }

    @Test
    void post_maxBody_isAccepted() throws Exception {
        String body = "x".repeat(RequestHandler.MAX_BODY_BYTES);

        assertThat(fixture.post("/state", body).statusCode()).isEqualTo(200);
        assertThat(fixture.model.submitted).containsExactly("state " + body);
    }

    @Test
    void unknownPath_is404WithTheOnesThereAre() throws Exception {
        HttpResponse<byte[]> answer = fixture.get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(404);
        List<String> paths = mapper.convertValue(
                mapper.readTree(answer.body()).path("paths"),
                mapper.getTypeFactory().constructCollectionType(List.class, String.class));
        assertThat(paths).contains("/", "/ws", "/stream.mjpeg", "/snapshot.jpg", "/health", "/state", "/osint");
    }

    @ParameterizedTest
    @CsvSource({"DELETE, /state, 'GET, HEAD, POST'", "POST, /health, 'GET, HEAD'", "GET, /osint, POST"})
    void wrongMethod_is405WithTheRightOnes(String method, String path, String allowed) throws Exception {
        HttpResponse<byte[]> answer =
                fixture.send(HttpRequest.newBuilder(fixture.uri(path)).method(method, BodyPublishers.ofString("")));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue(allowed);
    }

    @Test
    void snapshot_idle_rendersOneFrame() throws Exception {
        assertThat(fixture.hub.wanted()).isFalse();
        fixture.publishAlways(TestPictures.smooth(160, 90));

        HttpResponse<byte[]> answer = fixture.get("/snapshot.jpg");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/jpeg");
        assertThat(answer.headers().firstValue("X-Frame-Sequence")).isPresent();
        assertThat(TestPictures.decode(answer.body()).getWidth()).isEqualTo(160);
    }

    @Test
    void savedImage_isAnAttachmentWithEmotionAndTime_atMostTwicePerSecond() throws Exception {
        HttpResponse<byte[]> image = fixture.get("/image.jpg");

        assertThat(image.statusCode()).isEqualTo(200);
        assertThat(image.body()).containsExactly(1, 2, 3);
        assertThat(image.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"avatar-happy-2026-11-30T12-00-00Z.jpg\"");
        HttpResponse<byte[]> another = fixture.get("/image.jpg");
        assertThat(another.statusCode()).isEqualTo(503);
        assertThat(another.headers().firstValue("Retry-After")).contains("1");
    }

    @Test
    void savedImage_whileStarting_is503WithTheReason() throws Exception {
        fixture.model.starting = true;

        HttpResponse<byte[]> answer = fixture.get("/image.jpg");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("the renderer is starting");
    }

    @Test
    void snapshot_withoutAFrame_is503() throws Exception {
        HttpResponse<byte[]> answer = fixture.get("/snapshot.jpg");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("/health");
    }

    @Test
    void pipelinedRequests_areAnsweredInOrder() throws Exception {
        try (Socket socket = fixture.socket()) {
            String one = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
            StreamFixture.write(
                    socket.getOutputStream(),
                    one.formatted("/health/live") + one.formatted("/nope") + one.formatted("/state"));

            assertThat(Answer.read(socket.getInputStream()).text()).contains("live");
            assertThat(Answer.read(socket.getInputStream()).status()).isEqualTo(404);
            assertThat(Answer.read(socket.getInputStream()).text()).contains("\"seq\":41");
        }
    }

    @Test
    void start_usedPort_isReportedWithRemedy() {
        StreamSettings usedPort = StreamSettings.of("127.0.0.1", fixture.server.port(), List.of(), 1);
        try (StreamServer second = new StreamServer(usedPort, fixture.hub, fixture.model)) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + fixture.server.port())
                    .hasMessageContaining("BEV_AVATAR_PORT")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void start_unknownHost_isReported() {
        StreamSettings nowhere = StreamSettings.of("no-such-host.invalid", 0, List.of(), 1);
        try (StreamServer server = new StreamServer(nowhere, fixture.hub, fixture.model)) {
            assertThatThrownBy(server::start).isInstanceOf(IOException.class).hasMessageContaining("renderer.bind");
        }
    }

    @Test
    void close_freesThePort() throws Exception {
        int port = fixture.server.port();
        fixture.server.close();

        StreamSettings again = StreamSettings.of("127.0.0.1", port, List.of(), 10);
        try (StreamServer server = new StreamServer(again, fixture.hub, fixture.model)) {
            server.start();
            assertThat(server.port()).isEqualTo(port);
        }
    }
}
