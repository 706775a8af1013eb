package io.bev.avatar.common.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdNotifierTest {

    private static final long PID = 42;

    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    Path directory;

    private SystemdNotifier manager(Map<String, String> environment) {
        return SystemdNotifier.of(environment, PID, nanos::get);
    }

    @Test
    void messages_throughARealSocket_arriveInOrder() throws IOException {
        String path = directory.resolve("notify").toString();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(path);
                SystemdNotifier manager = manager(Map.of("NOTIFY_SOCKET", path))) {
            manager.ready();
            manager.status("two\nlines  of text");
            manager.reloading();
            manager.failed(5, "GPU lost");
            manager.stopping();

            assertThat(systemd.receive()).isEqualTo("READY=1");
            assertThat(systemd.receive()).isEqualTo("STATUS=two lines of text");
            assertThat(systemd.receive()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
            assertThat(systemd.receive()).isEqualTo("ERRNO=5\nSTATUS=GPU lost");
            assertThat(systemd.receive()).isEqualTo("STOPPING=1");
            assertThat(systemd.isEmpty()).isTrue();
        }
    }

    @Test
    void abstractSocket_isReached() throws IOException {
        String name = "@avatar-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(name);
                SystemdNotifier manager = manager(Map.of("NOTIFY_SOCKET", name))) {
            manager.ready();
            assertThat(systemd.receive()).isEqualTo("READY=1");
        }
    }

    @Test
    void watchdog_isFedAtMostTwiceInItsTimeout() throws IOException {
        String path = directory.resolve("notify").toString();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(path);
                SystemdNotifier manager =
                        manager(Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "10000000", "WATCHDOG_PID", "42"))) {
            assertThat(manager.watchdogTimeout()).contains(Duration.ofSeconds(10));
            manager.pingWatchdog();
            assertThat(systemd.receive()).isEqualTo("WATCHDOG=1");

            nanos.set(Duration.ofMillis(4_999).toNanos());
            manager.pingWatchdog();
            assertThat(systemd.isEmpty()).isTrue();

            nanos.set(Duration.ofSeconds(5).toNanos());
            manager.pingWatchdog();
            assertThat(systemd.receive()).isEqualTo("WATCHDOG=1");
            assertThat(systemd.isEmpty()).isTrue();
        }
    }

    @Test
    void watchdog_ofAnotherProcess_isNotOurs() throws IOException {
        String path = directory.resolve("notify").toString();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(path);
                SystemdNotifier manager =
                        manager(Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "1000000", "WATCHDOG_PID", "7"))) {
            manager.pingWatchdog();
            assertThat(manager.watchdogTimeout()).isEmpty();
            assertThat(systemd.isEmpty()).isTrue();
        }
    }

    @Test
    void unchangedStatus_isSentOnce() throws IOException {
        String path = directory.resolve("notify").toString();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(path);
                SystemdNotifier manager = manager(Map.of("NOTIFY_SOCKET", path))) {
            manager.status("30 fps");
            manager.status("30 fps");
            assertThat(systemd.receive()).isEqualTo("STATUS=30 fps");
            assertThat(systemd.isEmpty()).isTrue();
        }
    }

    @Test
    void outsideSystemd_nothingHappens() {
        try (SystemdNotifier manager = manager(Map.of("WATCHDOG_USEC", "1000000"))) {
            manager.ready();
            manager.pingWatchdog();
            manager.stopping();
            assertThat(manager.present()).isFalse();
            assertThat(manager.watchdogTimeout()).isEmpty();
        }
    }

    @Test
    void vanishedListener_doesNotDisturbTheCaller() throws IOException {
        String path = directory.resolve("notify").toString();
        SystemdNotifier manager;
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(path)) {
            manager = manager(Map.of("NOTIFY_SOCKET", path));
            manager.ready();
            assertThat(systemd.receive()).isEqualTo("READY=1");
        }
        manager.ready();
        manager.close();
        manager.close();
    }

    @Test
    void address_thatIsNeitherPathNorName_isRejected() {
        assertThatThrownBy(() -> UnixDatagramSocket.address("vsock:2:1234"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected /path or @name");
        assertThatThrownBy(() -> UnixDatagramSocket.address("/" + "x".repeat(200)))
                .hasMessageContaining("longer than 107 bytes");
        assertThat(manager(Map.of("NOTIFY_SOCKET", "vsock:2:1234")).present()).isFalse();
    }
}
