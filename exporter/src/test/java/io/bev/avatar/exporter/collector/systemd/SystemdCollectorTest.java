package io.bev.avatar.exporter.collector.systemd;

import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.systemd.UnitProperty;
import io.bev.avatar.testkit.TestDBus;
import java.math.BigInteger;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
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
    void workload_fromSystemdAndControlGroup() throws Exception {
        Path cgroup = Files.createDirectories(directory.resolve("sys/fs/cgroup/a.slice/a.service"));
        Files.writeString(directory.resolve("sys/fs/cgroup/cgroup.controllers"), "cpu io memory pids\n");
        Files.writeString(cgroup.resolve("cpu.pressure"), "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n");
        Files.writeString(cgroup.resolve("memory.pressure"), """
                some avg10=0.00 avg60=0.00 avg300=0.00 total=250000
                full avg10=0.00 avg60=0.00 avg300=0.00 total=125000
                """);
        Files.writeString(cgroup.resolve("memory.peak"), "73400320\n");
        try (TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                SystemdCollector collector = new SystemdCollector(
                        List.of("a.service"), bus.address(), LONG, directory.resolve("sys"), false, Ticker.system())) {
            systemd.add(
                    "a.service",
                    "active",
                    Map.ofEntries(
                            Map.entry("ControlGroup", "/a.slice/a.service"),
                            Map.entry("MainPID", new UInt32(4321)),
                            Map.entry("MemoryCurrent", new UInt64(52_428_800)),
                            Map.entry("CPUUsageNSec", new UInt64(12_500_000_000L)),
                            Map.entry("IOReadBytes", new UInt64(8192)),
                            Map.entry("IOReadOperations", new UInt64(2)),
                            Map.entry("IOWriteBytes", new UInt64(4096)),
                            Map.entry("IOWriteOperations", new UInt64(1)),
                            Map.entry("IPIngressBytes", new UInt64(1000)),
                            Map.entry("IPIngressPackets", new UInt64(10)),
                            Map.entry("IPEgressBytes", new UInt64(2000)),
                            Map.entry("IPEgressPackets", new UInt64(20))));

            assertThat(scrape(collector).lines().filter(line -> !line.startsWith("#") && !line.contains("unit_state")))
                    .containsExactly(
                            "systemd_unit_memory_current_bytes{name=\"a.service\",} 5.24288E7",
                            "systemd_unit_cpu_seconds_total{name=\"a.service\",} 12.5",
                            "systemd_unit_io_read_bytes_total{name=\"a.service\",} 8192.0",
                            "systemd_unit_io_written_bytes_total{name=\"a.service\",} 4096.0",
                            "systemd_unit_io_reads_total{name=\"a.service\",} 2.0",
                            "systemd_unit_io_writes_total{name=\"a.service\",} 1.0",
                            "systemd_unit_ip_ingress_bytes_total{name=\"a.service\",} 1000.0",
                            "systemd_unit_ip_egress_bytes_total{name=\"a.service\",} 2000.0",
                            "systemd_unit_ip_ingress_packets_total{name=\"a.service\",} 10.0",
                            "systemd_unit_ip_egress_packets_total{name=\"a.service\",} 20.0",
                            "systemd_unit_memory_peak_bytes{name=\"a.service\",} 7.340032E7",
                            "systemd_unit_pressure_waiting_seconds_total{name=\"a.service\",resource=\"cpu\",} 1.5",
                            "systemd_unit_pressure_waiting_seconds_total{name=\"a.service\",resource=\"memory\",} 0.25",
                            "systemd_unit_pressure_stalled_seconds_total{name=\"a.service\",resource=\"memory\",}"
                                    + " 0.125");
            assertThat(collector.mainPid("a.service")).hasValue(4321);
            assertThat(collector.mainPid("b.service")).isEmpty();

            // systemd's own value, where it has one, is that of systemctl show.
            systemd.add(
                    "a.service",
                    "active",
                    Map.of("MemoryPeak", new UInt64(1 << 20), "ControlGroup", "/a.slice/a.service"));
            assertThat(scrape(collector)).contains("systemd_unit_memory_peak_bytes{name=\"a.service\",} 1048576.0");
        }
    }

    @Test
    void withoutAccounting_absentAndNeverTheLargestNumber() throws Exception {
        try (TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                SystemdCollector collector = new SystemdCollector(
                        List.of("a.service", "b.slice", "c.timer"),
                        bus.address(),
                        LONG,
                        directory.resolve("sys"),
                        false,
                        Ticker.system())) {
            Map<String, Object> unset = new HashMap<>();
            for (UnitProperty property : UnitProperty.values()) {
                unset.put(property.dbusName(), UNSET);
            }
            unset.put("MainPID", new UInt32(0));
            unset.put("ControlGroup", "");
            systemd.add("a.service", "inactive", unset);
            systemd.add("b.slice", "active", unset);
            systemd.add("c.timer", "active", unset);

            assertThat(scrape(collector).lines().filter(line -> !line.startsWith("#")))
                    .hasSize(15)
                    .allMatch(line -> line.startsWith("systemd_unit_state"));
            assertThat(collector.mainPid("a.service")).isEmpty();

            systemd.add("a.service", "failed", Map.of("CPUUsageNSec", new UInt64(1), "TasksMax", new UInt64(1)));
            assertThat(scrape(collector)).as("a stopped unit").doesNotContain("cpu_seconds", "tasks_max");

            systemd.add("b.slice", "active", Map.of("CPUUsageNSec", new UInt64(1_000_000_000), "NRestarts", UNSET));
            assertThat(scrape(collector)).contains("systemd_unit_cpu_seconds_total{name=\"b.slice\",} 1.0");
        }
    }

    @Test
    void nodeNames_likeNodeExporter() throws Exception {
        try (TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                SystemdCollector collector = new SystemdCollector(
                        List.of(), bus.address(), LONG, directory.resolve("sys"), true, Ticker.system())) {
            systemd.add("a.service", "active", Map.of("Type", "notify"));
            systemd.add("b.socket", "active", Map.of("NAccepted", new UInt32(5), "NConnections", new UInt32(2)));
            systemd.add("c.timer", "failed", Map.of("LastTriggerUSec", new UInt64(1_500_000)));
            systemd.add("d.mount", "active", Map.of());
            systemd.add("e.slice", "active", Map.of());

            assertThat(scrape(collector).lines().filter(line -> !line.startsWith("#") && !line.endsWith("} 0.0")))
                    .containsExactly(
                            "node_systemd_version{version=\"252.39-1~deb12u2\",} 252.39",
                            "node_systemd_system_running 0.0",
                            "node_systemd_units{state=\"active\",} 4.0",
                            "node_systemd_units{state=\"failed\",} 1.0",
                            "node_systemd_units{state=\"inactive\",} 1.0",
                            "node_systemd_unit_state{name=\"a.service\",state=\"active\",type=\"notify\",} 1.0",
                            "node_systemd_unit_state{name=\"b.socket\",state=\"active\",type=\"\",} 1.0",
                            "node_systemd_unit_state{name=\"c.timer\",state=\"failed\",type=\"\",} 1.0",
                            "node_systemd_socket_accepted_connections_total{name=\"b.socket\",} 5.0",
                            "node_systemd_socket_current_connections{name=\"b.socket\",} 2.0",
                            "node_systemd_timer_last_trigger_seconds{name=\"c.timer\",} 1.5");
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

    @Test
    void replyAboveTheLimit_failsWithItsSize_andTheConnectionIsReused() throws Exception {
        try (TestDBus bus = TestDBus.start(directory);
                FakeSystemd systemd = new FakeSystemd(bus.address());
                SystemdCollector collector = new SystemdCollector(
                        List.of(), bus.address(), LONG, directory.resolve("sys"), true, Ticker.system())) {
            String name = "x".repeat(200_000);
            for (int i = 0; i < 12; i++) {
                systemd.list(name + i + ".device");
            }

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> scrape(collector))
                        .isInstanceOf(PartialCollectionException.class)
                        .hasMessageContaining("systemd does not list its units: the reply has ")
                        .hasMessageContaining("the limit is 2097152");
            }
        }
    }
}
