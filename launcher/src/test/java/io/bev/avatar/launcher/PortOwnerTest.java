package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortOwnerTest {

    @Test
    void of_ownSocket_isThisProcess() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
            assertThat(PortOwner.isTaken(port)).isTrue();
            assertThat(PortOwner.of(port))
                    .hasValueSatisfying(holder -> assertThat(holder.pid())
                            .isEqualTo(ProcessHandle.current().pid()));
            assertThat(PortOwner.describe(port))
                    .contains("pid " + ProcessHandle.current().pid());
        }
        assertThat(PortOwner.isTaken(port)).isFalse();
    }
}
