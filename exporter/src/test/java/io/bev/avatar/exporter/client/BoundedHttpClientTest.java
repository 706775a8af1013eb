package io.bev.avatar.exporter.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedHttpClientTest {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final int MAX_BYTES = 1000;

    private final BoundedHttpClient source = new BoundedHttpClient();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // before each test
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        source.close();
        server.close();
    }

    @Test
    void chunkedBody_isJoined_andItsConnectionReused() throws Exception {
        serve(
                Integer.MAX_VALUE,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Kind:"
                        + " text\r\n\r\n3\r\nabc\r\n2;note=1\r\nde\r\n0\r\n\r\n");

        HttpResponse<String> first = get();
        HttpResponse<String> second = get();

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo("abcde");
        assertThat(first.headers().firstValue("x-kind")).contains("text");
        assertThat(second.body()).isEqualTo("abcde");
        assertThat(connections).hasValue(1);
        assertThat(requests).hasValue(2);
    }

    @Test
    void reusedConnectionClosedByTheServer_isReplaced() throws Exception {
        serve(1, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        for (int i = 0; i < 3; i++) {
            assertThat(get().body()).isEqualTo("ok");
        }

        assertThat(connections).hasValue(3);
    }

    @Test
    void bodyUpToTheEndOfTheConnection_isRead() throws Exception {
        serve(1, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 Busy\r\n\r\nto the end");

        HttpResponse<String> answer = get();

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("to the end");
    }

    @Test
    void requestBody_isSentWithItsLength() throws Exception {
        StringBuilder seen = new StringBuilder();
        Thread echo = new Thread(() -> {
            try (Socket socket = server.accept()) {
                BufferedReader in = reader(socket);
                for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                    seen.append(line).append('\n');
                }
                char[] body = new char[4];
                assertThat(in.read(body)).isEqualTo(4);
                seen.append(body);
                socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                seen.append(e);
            }
        });
        echo.start();

        int status = source.exchange(
                        HttpRequest.newBuilder(address("/a/b?c=d"))
                                .header("X-One", "1")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"\"}"))
                                .build(),
                        TIMEOUT,
                        MAX_BYTES)
                .statusCode();
        echo.join();

        assertThat(status).isEqualTo(204);
        assertThat(seen.toString())
                .startsWith("POST /a/b?c=d HTTP/1.1\nHost: 127.0.0.1:" + server.getLocalPort() + "\n")
                .contains("\nX-One: 1\n")
                .contains("\nContent-Length: 4\n")
                .endsWith("{\"\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno name\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
                ""
            })
    void invalidResponse_isAnError(String answer) throws Exception {
        serve(1, answer);

        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n"
            })
    void bodyLargerThanAllowed_isAnError(String head) throws Exception {
        serve(1, head + "x".repeat(5000));

        assertThatThrownBy(this::get).isInstanceOf(IOException.class).hasMessage("response larger than 1000 bytes");
    }

    @Test
    void silence_isAnErrorWithTheTimeout() throws Exception {
        assertThatThrownBy(() -> source.exchange(request(), Duration.ofMillis(50), MAX_BYTES))
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessage("no response within 50 ms");
    }

    @Test
    void interrupt_endsTheWait() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        Thread asking = new Thread(() -> {
            try {
                source.exchange(request(), TIMEOUT, MAX_BYTES);
            } catch (InterruptedException e) {
                ended.countDown();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        asking.start();
        try (Socket accepted = server.accept()) {
            assertThat(reader(accepted).readLine()).startsWith("GET ");
            asking.interrupt();
            ended.await();
        }
    }

    @Test
    void openStream_isCancelledOnceSufficient() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Thread stream = new Thread(() -> {
            try (Socket socket = server.accept()) {
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n".getBytes(StandardCharsets.US_ASCII));
                done.await();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        stream.start();

        String body = source.exchange(request(), TIMEOUT, MAX_BYTES, text -> text.endsWith("\n\n"))
                .body();

        assertThat(body).isEqualTo("data: 1\n\n");
        done.countDown();
        stream.join();
    }

    private HttpResponse<String> get() throws IOException, InterruptedException {
        return source.exchange(request(), TIMEOUT, MAX_BYTES);
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(address("/")).build();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
    }

    /** Sends {@code answer} to every request and closes a connection after {@code requests} requests. */
    private void serve(int requestsAConnection, String answer) {
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    connections.incrementAndGet();
                    BufferedReader in = reader(socket);
                    for (int i = 0; i < requestsAConnection && readHead(in); i++) {
                        requests.incrementAndGet();
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    }
                } catch (IOException e) {
                    // The client has disconnected, or the test is over.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean readHead(BufferedReader in) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }
}
