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
    void answer_throughTheLink_isTheServers_andHeldBackWhenAsked() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DelayProxy link = DelayProxy.to(server.getLocalPort());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), link.port());
                Socket accepted = server.accept()) {
            client.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
            assertThat(accepted.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
            link.delay(50);
            long start = System.nanoTime();
            accepted.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000L);
        }
    }

    @Test
    void serverAway_connectionIsClosed() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (DelayProxy link = DelayProxy.to(port);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), link.port())) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }
}
