package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.stream.StreamFixture.Answer;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed and hostile requests. */
class HostileRequestTest {

    private static final String NAVIGATION = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";

    private static final String POST = "POST /state HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private StreamFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new StreamFixture();
    }

    @AfterEach
    void close() {
        fixture.close();
        assertThat(fixture.model.submitted).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/ws",
                "/stream.mjpeg",
                "/snapshot.jpg",
                "/image.jpg",
                "/health",
                "/health/live",
                "/state",
                "/nope"
            })
    void foreignHost_is421OnEveryPath(String path) throws Exception {
        assertThat(fixture.raw("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                        .status())
                .isEqualTo(421);
    }

    @Test
    void noHost_is421() throws Exception {
        assertThat(fixture.raw("GET / HTTP/1.0\r\n\r\n").status()).isEqualTo(421);
    }

    @Test
    void twoHosts_is400() throws Exception {
        assertThat(fixture.raw("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void configuredHost_isServed() throws Exception {
        assertThat(fixture.raw("GET /health/live HTTP/1.1\r\nHost: avatar.example:80\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/state", "/ws", "/stream.mjpeg"})
    void foreignOrigin_is403(String path) throws Exception {
        Answer answer = fixture.raw(StreamFixture.request(
                "GET " + path + " HTTP/1.1",
                "Host: localhost",
                "Origin: http://evil.example",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(fixture.hub.viewers()).isZero();
    }

    @Test
    void imageFromAnotherSite_is403() throws Exception {
        String request = StreamFixture.request(
                "GET /snapshot.jpg HTTP/1.1",
                "Host: localhost",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Mode: no-cors");
        assertThat(fixture.raw(request).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "'Content-Type: text/plain\r\nContent-Length: 2\r\n', 415",
        "'Content-Length: 2\r\n', 415",
        "'Content-Type: application/json\r\n', 411",
        "'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n', 411",
        "'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n', 400",
        "'Content-Type: application/json\r\nContent-Length: 65537\r\n', 413",
        "'Content-Type: application/json\r\nContent-Length: 99999999999\r\n', 413",
        "'Content-Type: application/json\r\nContent-Length: x\r\n', 400",
        "'Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n', 400",
        "'Content-Type: application/json\r\nContent-Length: 2\r\nOrigin: null\r\n', 403",
        "'Content-Type: application/json\r\nContent-Length: 2\r\n" + NAVIGATION + "', 403"
    })
    void post_withOneError_isRejectedBeforeBody(String headers, int status) throws Exception {
        Answer answer = fixture.raw("POST /state HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers()).containsEntry("content-type", "application/json");
    }

    @Test
    void post_oversizeWithBody_getsResponseNotReset() throws Exception {
        int size = 400_000;

        Answer answer = fixture.raw(POST + "Content-Length: " + size + "\r\n\r\n" + "x".repeat(size));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(answer.text()).contains("65536");
    }

    @Test
    void expectContinue_rejectedBody_isNotRequested() throws Exception {
        assertThat(fixture.raw(POST + "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n")
                        .status())
                .isEqualTo(413);
    }

    @Test
    void longRequestLine_is414() throws Exception {
        assertThat(fixture.raw("GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(414);
    }

    @Test
    void longHeaders_is431() throws Exception {
        assertThat(fixture.raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n")
                        .status())
                .isEqualTo(431);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            })
    void otherTargetForms_are400(String request) throws Exception {
        assertThat(fixture.raw(request).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../avatar.yaml", "/%2e%2e/avatar.yaml", "/page/../../etc/passwd", "//etc/passwd"})
    void pathsOutside_are404(String path) throws Exception {
        assertThat(fixture.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void slowRequest_isDisconnected() throws Exception {
        try (StreamFixture shortTimeout = new StreamFixture(Duration.ofMillis(300), Duration.ofSeconds(30));
                Socket socket = shortTimeout.socket()) {
            StreamFixture.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: loc");

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:evil.example", "localhost:", "localhost:80evil", "localhost:80:80", "[::1]:x"})
    void hostWithInvalidPort_isRejectedOrHasNone(String host) throws Exception {
        assertThat(fixture.raw("GET /state HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                        .status())
                .isEqualTo(host.endsWith(":") ? 200 : 421);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xchunked", "chunked, identity", "identity", "chunked\r\nTransfer-Encoding: chunked"})
    void unknownTransferEncoding_is400(String coding) throws Exception {
        assertThat(fixture.raw("GET /state HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + coding + "\r\n\r\n")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void idleConnections_yieldToNewOnes() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 3 * StreamFixture.MAX_CONNECTIONS; i++) {
                idle.add(i % 2 == 0 ? live() : fixture.socket());
            }

            assertThat(fixture.get("/state").statusCode()).isEqualTo(200);
            assertThat(fixture.server.connections().open()).isLessThanOrEqualTo(StreamFixture.MAX_CONNECTIONS);
            assertThat(fixture.server.connections().closedByReason().get("evicted"))
                    .isPositive();
        } finally {
            close(idle);
        }
    }

    @Test
    void slowHeads_yieldToNewOnes() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = fixture.socket();
                StreamFixture.write(socket.getOutputStream(), "GET /state HTTP/1.1\r\nHo");
                slow.add(socket);
            }

            assertThat(fixture.get("/health").statusCode()).isEqualTo(200);
        } finally {
            close(slow);
        }
    }

    @Test
    void busyConnections_leaveSomeForHealth() throws Exception {
        List<Socket> busy = new ArrayList<>();
        try {
            for (int i = 0; i < StreamFixture.MAX_CONNECTIONS; i++) {
                Socket socket = fixture.socket();
                StreamFixture.write(socket.getOutputStream(), "GET /snapshot.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n");
                busy.add(socket);
            }

            assertThat(fixture.raw("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .status())
                    .isEqualTo(200);
        } finally {
            close(busy);
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** A connection that has served one request. */
    private Socket live() throws IOException {
        Socket socket = fixture.socket();
        try {
            StreamFixture.write(socket.getOutputStream(), "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Answer.read(socket.getInputStream());
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
