package io.bev.avatar.cds;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    @Test
    void take_returnsDifferentPortsThatCanBeBound() throws Exception {
        int[] ports = FreePorts.take(200);

        assertThat(ports).doesNotHaveDuplicates();
        for (int port : ports) {
            try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(server.getLocalPort()).isEqualTo(port).isBetween(15_000, 29_999);
            }
        }
    }
}
