package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DelayProxyTest {

    @Test
    void response_isTheServers_andDelayed() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DelayProxy proxy = DelayProxy.to(server.getLocalPort());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                Socket accepted = server.accept()) {
            client.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
            assertThat(accepted.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
            proxy.delay(50);
            long start = System.nanoTime();
            accepted.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000L);
        }
    }

    @Test
    void serverUnreachable_connectionIsClosed() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (DelayProxy proxy = DelayProxy.to(port);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }
}
