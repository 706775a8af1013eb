package io.bev.avatar.exporter.collector.systemd;

import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.testkit.TestDBus;
import java.math.BigInteger;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdCollectorTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Value of systemd for "unknown" and "infinity". */
    private static final UInt64 UNSET = new UInt64(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));

    @TempDir
    private Path directory;

    private static SystemdCollector collector(String address, Duration timeout, String... units) {
        return new SystemdCollector(List.of(units), address, timeout, Ticker.system());
    }

    @Test
    void units_exposedLikeSystemdExporter() throws Exception {
        try (TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                SystemdCollector collector =
                        collector(bus.address(), LONG, "a.service", "b.service", "c.timer", "typo.service")) {
            systemd.add(
                    "a.service",
                    "active",
                    Map.of(
                            "ActiveEnterTimestamp", new UInt64(1_782_468_000_500_000L),
                            "NRestarts", new UInt32(3),
                            "TasksCurrent", new UInt64(17),
                            "TasksMax", new UInt64(4915),
                            "MemoryCurrent", new UInt64(52_428_800),
                            "WatchdogTimestamp", new UInt64(1_782_468_060_000_000L)));
            systemd.add(
                    "b.service",
                    "failed",
                    Map.of(
                            "ActiveEnterTimestamp",
                            new UInt64(1_782_468_000_500_000L),
                            "NRestarts",
                            new UInt32(0),
                            "TasksCurrent",
                            UNSET,
                            "TasksMax",
                            UNSET,
                            "MemoryCurrent",
                            UNSET,
                            "WatchdogTimestamp",
                            new UInt64(0)));
            systemd.add("c.timer", "active", Map.of("ActiveEnterTimestamp", new UInt64(1_000_000)));

            assertThat(scrape(collector)).isEqualTo("""
                # HELP systemd_unit_state 1 for the current state of the systemd unit, 0 for the others
                # TYPE systemd_unit_state gauge
                systemd_unit_state{name="a.service",type="service",state="activating",} 0.0
                systemd_unit_state{name="a.service",type="service",state="active",} 1.0
                systemd_unit_state{name="a.service",type="service",state="deactivating",} 0.0
                systemd_unit_state{name="a.service",type="service",state="failed",} 0.0
                systemd_unit_state{name="a.service",type="service",state="inactive",} 0.0
                systemd_unit_state{name="b.service",type="service",state="activating",} 0.0
                systemd_unit_state{name="b.service",type="service",state="active",} 0.0
                systemd_unit_state{name="b.service",type="service",state="deactivating",} 0.0
                systemd_unit_state{name="b.service",type="service",state="failed",} 1.0
                systemd_unit_state{name="b.service",type="service",state="inactive",} 0.0
                systemd_unit_state{name="c.timer",type="timer",state="activating",} 0.0
                systemd_unit_state{name="c.timer",type="timer",state="active",} 1.0
                systemd_unit_state{name="c.timer",type="timer",state="deactivating",} 0.0
                systemd_unit_state{name="c.timer",type="timer",state="failed",} 0.0
                systemd_unit_state{name="c.timer",type="timer",state="inactive",} 0.0
                # HELP systemd_unit_start_time_seconds Start time of the unit since unix epoch in seconds.
                # TYPE systemd_unit_start_time_seconds gauge
                systemd_unit_start_time_seconds{name="a.service",type="service",} 1.7824680005E9
                systemd_unit_start_time_seconds{name="c.timer",type="timer",} 1.0
                # HELP systemd_service_restart_total Automatic restarts of the service
                # TYPE systemd_service_restart_total counter
                systemd_service_restart_total{name="a.service",} 3.0
                systemd_service_restart_total{name="b.service",} 0.0
                # HELP systemd_unit_tasks_current Current number of tasks of the unit
                # TYPE systemd_unit_tasks_current gauge
                systemd_unit_tasks_current{name="a.service",} 17.0
                # HELP systemd_unit_tasks_max Task limit of the unit
                # TYPE systemd_unit_tasks_max gauge
                systemd_unit_tasks_max{name="a.service",} 4915.0
                # HELP systemd_unit_memory_current_bytes Current memory usage of the unit's control group
                # TYPE systemd_unit_memory_current_bytes gauge
                systemd_unit_memory_current_bytes{name="a.service",} 5.24288E7
                # HELP systemd_service_watchdog_timestamp_seconds Unix time of the service's last watchdog ping
                # TYPE systemd_service_watchdog_timestamp_seconds gauge
                systemd_service_watchdog_timestamp_seconds{name="a.service",} 1.78246806E9
                """);
        }
    }

    @Test
    void busRestarted_reconnects() throws Exception {
        Map<String, Object> properties = Map.of("ActiveEnterTimestamp", new UInt64(1_000_000));
        try (TestDBus first = TestDBus.start(directory);
                SystemdCollector collector = collector(first.address(), LONG, "a.service")) {
            try (FakeSystemd systemd = new FakeSystemd(first.address())) {
                systemd.add("a.service", "active", properties);
                assertThat(scrape(collector)).contains("a.service");
            }
            first.stop();
            assertThatThrownBy(() -> scrape(collector)).isInstanceOf(PartialCollectionException.class);

            try (TestDBus second = TestDBus.start(directory);
                    FakeSystemd systemd = new FakeSystemd(second.address())) {
                systemd.add("a.service", "failed", properties);
                assertThat(scrape(collector)).contains("state=\"failed\",} 1.0");
            }
        }
    }

    @Test
    void busWithoutSystemd_isReported() throws Exception {
        try (TestDBus bus = TestDBus.start(directory);
                SystemdCollector collector = collector(bus.address(), LONG, "a.service")) {
            assertThatThrownBy(() -> scrape(collector))
                    .isInstanceOf(PartialCollectionException.class)
                    .hasMessageContaining("systemd does not list its units")
                    .hasMessageContaining("exclude the collector");
        }
    }

    @Test
    void missingSocket_reportsAddressAndRemedy() {
        String address = "unix:path=" + directory.resolve("none");
        try (SystemdCollector collector = collector(address, LONG, "a.service")) {
            assertThatThrownBy(() -> scrape(collector))
                    .isInstanceOf(PartialCollectionException.class)
                    .hasMessageContaining("no D-Bus at " + address)
                    .hasMessageContaining("start dbus or exclude the collector");
        }
    }

    @Test
    void silentSocket_failsAtTheTimeout_andAgain() throws Exception {
        try (ServerSocketChannel silent = silent(directory.resolve("silent"));
                SystemdCollector collector =
                        collector("unix:path=" + directory.resolve("silent"), Duration.ofMillis(200), "a.service")) {
            assertThat(silent.isOpen()).isTrue();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> scrape(collector))
                        .isInstanceOf(PartialCollectionException.class)
                        .hasMessageContaining("did not respond within 200 ms");
            }
        }
    }

    @Test
    void busStopped_failsAtTheTimeout_thenRecovers() throws Exception {
        try (TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                SystemdCollector patient = collector(bus.address(), LONG, "a.service");
                SystemdCollector hasty = collector(bus.address(), Duration.ofMillis(200), "a.service")) {
            systemd.add("a.service", "active", Map.of("ActiveEnterTimestamp", new UInt64(1_000_000)));
            assertThat(scrape(patient)).contains("a.service");
            long threads = busThreads();

            bus.signal("STOP");
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> scrape(hasty)).hasMessageContaining("did not respond within 200 ms");
            }
            bus.signal("CONT");

            assertThat(scrape(patient)).contains("a.service");
            assertThat(busThreads()).isLessThanOrEqualTo(threads + 1);
        }
    }

    private static long busThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("DBus"))
                .count();
    }

    @Test
    void interruptedWhileTheBusIsSilent_ends() throws Exception {
        try (ServerSocketChannel silent = silent(directory.resolve("silent"));
                SystemdCollector collector =
                        collector("unix:path=" + directory.resolve("silent"), Duration.ofHours(1), "a.service")) {
            assertThat(silent.isOpen()).isTrue();
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> scrape(collector)).isInstanceOf(InterruptedException.class);
        }
    }

    private static ServerSocketChannel silent(Path socket) throws Exception {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    @Test
    void systemBus_environmentFirst() {
        assertThat(SystemdCollector.systemBus(Map.of())).isEqualTo("unix:path=/run/dbus/system_bus_socket");
        assertThat(SystemdCollector.systemBus(Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/x")))
                .isEqualTo("unix:path=/x");
    }
}
