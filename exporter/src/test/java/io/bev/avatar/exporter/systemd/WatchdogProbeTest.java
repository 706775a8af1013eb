package io.bev.avatar.exporter.systemd;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchdogProbeTest {

    private static final int TIMEOUT_MILLIS = 20_000;

    /** Accepts one connection and sends {@code answer} once it has read something. */
    private static ServerSocket server(String answer) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                int unused = socket.getInputStream().read();
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static InetSocketAddress address(ServerSocket server) {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 401 Unauthorized\r\n\r\n"})
    void health_or401_isAResponse(String answer) throws Exception {
        try (ServerSocket server = server(answer)) {
            assertThatCode(() -> WatchdogProbe.request(address(server), false, TIMEOUT_MILLIS))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void errorStatus_isNotAResponse() throws Exception {
        try (ServerSocket server = server("HTTP/1.1 500 Internal Server Error\r\n\r\n")) {
            assertThatThrownBy(() -> WatchdogProbe.request(address(server), false, TIMEOUT_MILLIS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("500");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x"})
    void tls_rejectionIsAResponse(String response) throws Exception {
        try (ServerSocket server = server(response)) {
            assertThatCode(() -> WatchdogProbe.request(address(server), true, TIMEOUT_MILLIS))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void silence_isNotAResponse(boolean tls) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> WatchdogProbe.request(address(server), tls, 50))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void closedPort_isNotAResponse() throws Exception {
        InetSocketAddress gone;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = address(server);
        }
        assertThatThrownBy(() -> WatchdogProbe.request(gone, true, TIMEOUT_MILLIS))
                .isInstanceOf(ConnectException.class);
    }
}
