package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.EXPORTER;
import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the exporter's service measures in its sandbox, on a real systemd. */
class SandboxIT {

    private static final String CONTAINER_ID = "4f7d9c1e0b2a3847566574839201aabbccddeeff00112233445566778899aabb";

    /** Series of the exporter's own process and connections. */
    private static final Pattern OWN = Pattern.compile(
            "(jvm|process)_.*|avatar_exporter_.*|redis_(commands|latency|errors|db)_.*|avatar_(mcp|endpoint)_.*");

    private static final Pattern SUCCESS = Pattern.compile("(?m)^avatar_exporter_collector_success\\{collector=\""
            + "(gpu|host|redis|service|process|renderer)\",} 1.0$");

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        assumeTrue(machine.run("gcc", "--version").exit() == 0, "gcc is not installed");
        machine.classArchives(false);
        machine.installed();
        // File systems that a sandbox may hide, a process of another user and one in a container, and a unit with
        // traffic.
        Result prepared =
                machine.run("bash", "-ec", """
            mount -t tmpfs -o size=1m home /home
            head -c 2M /dev/zero >/home/full 2>/dev/null || true
            mkdir -p /tmp/below /run/user/1000
            mount -t tmpfs -o size=2m below /tmp/below
            mount -t tmpfs -o size=1m,mode=700 runtime /run/user/1000
            useradd --system other
            systemd-run -q --unit holder --collect -p User=other sleep infinity
            systemd-run -q --scope --unit docker-%1$s.scope sleep infinity &>/dev/null </dev/null &
            systemd-run -q --unit quiet --collect -p IPAccounting=yes -p CPUAccounting=yes -p IOAccounting=yes \
                -p MemoryAccounting=yes sh -c 'redis-cli ping; dd if=/dev/zero of=/dev/null bs=1M count=2000; exec sleep infinity'
            mkdir -p /usr/lib/avatar-test /var/lib/avatar-test /etc/systemd/system/%2$s.d
            gcc -shared -fPIC -O1 -pthread -Wl,-soname,libnvidia-ml.so.1 \
                -o /usr/lib/avatar-test/libnvidia-ml.so.1 %3$s/exporter/src/simulator/nvml_simulator.c
            group=/sys/fs/cgroup/system.slice/docker-%1$s.scope/cgroup.procs
            until grep -q . $group; do sleep 0.1; done
            printf 'process = %%d C 1000\\n' $(systemctl show -P MainPID holder) $(head -1 $group) >/var/lib/avatar-test/scenario
            avatar config set exporter.units '[%4$s, quiet.service]'
            avatar config set exporter.node-systemd-names true
            cat >/etc/systemd/system/%2$s.d/test.conf <<END
            [Service]
            Environment=BEV_EXPORTER_NVML_LIBRARY=/usr/lib/avatar-test/libnvidia-ml.so.1
            Environment=NVML_SIMULATOR_SCENARIO=/var/lib/avatar-test/scenario
            # The unit has a low priority, which on a busy machine delays scrapes.
            Nice=0
            CPUSchedulingPolicy=other
            CPUWeight=100
            END
            systemctl daemon-reload
            systemctl restart %2$s
            """.formatted(CONTAINER_ID, EXPORTER, BootedContainer.ROOT, RENDERER));
        assertThat(prepared.exit()).as(prepared.output()).isZero();
        machine.healthy("http://127.0.0.1:8080");
        machine.await("all sources", scrape(9818) + " | grep '^systemd_unit_state{name=\"quiet.service\".*1.0'");
    }

    private static String scrape(int port) {
        return "curl -s -H 'X-Prometheus-Scrape-Timeout-Seconds: 20' http://127.0.0.1:" + port + "/metrics";
    }

    /** A scrape in which no source was late, as on a busy machine. */
    private static String metrics(int port) throws IOException, InterruptedException {
        String metrics = "";
        for (int i = 0; i < 60; i++) {
            metrics = machine.shell(scrape(port));
            Matcher success = SUCCESS.matcher(metrics);
            int sources = 0;
            while (success.find()) {
                sources++;
            }
            if (sources == 6) {
                return metrics;
            }
        }
        throw new AssertionError("no complete scrape: " + metrics);
    }

    private static String metrics() throws IOException, InterruptedException {
        return metrics(9818);
    }

    @Test
    void fullHome_isReported_andWhatIsMountedLater() throws Exception {
        machine.shell("mkdir -p /srv/late; mount -t tmpfs -o size=1m late /srv/late");

        String metrics = metrics();

        assertThat(fileSystem(metrics, "avail", "/home")).hasValue(0.0);
        assertThat(fileSystem(metrics, "size", "/home")).hasValue(1048576.0);
        assertThat(fileSystem(metrics, "size", "/tmp/below")).hasValue(2097152.0);
        assertThat(fileSystem(metrics, "size", "/run/user/1000")).hasValue(1048576.0);
        assertThat(fileSystem(metrics, "size", "/srv/late")).hasValue(1048576.0);
        machine.shell("umount /srv/late");
        assertThat(fileSystem(metrics(), "size", "/srv/late")).isEmpty();
    }

    private static Optional<Double> fileSystem(String metrics, String what, String mountPoint) {
        return value(metrics, "node_filesystem_" + what + "_bytes\\{[^}]*mountpoint=\"" + mountPoint + "\"[^}]*}");
    }

    @Test
    void gpuProcesses_haveNameUserUnitAndContainer() throws Exception {
        String labels =
                "nvidia_gpu_process_memory_bytes\\{.*name=\"sleep\",user=\"%s\",unit=\"%s\",container_id=\"%s\".*";
        String metrics = metrics();

        assertThat(metrics).containsPattern(labels.formatted("other", "holder.service", ""));
        assertThat(metrics).containsPattern(labels.formatted("root", "", CONTAINER_ID));
    }

    @Test
    void hostName_isTheCurrentOne() throws Exception {
        machine.shell("hostname renamed");

        assertThat(metrics()).containsPattern("node_uname_info\\{.*nodename=\"renamed\"");
    }

    @Test
    void sandbox_hidesNothingThatAnUnrestrictedExporterReports() throws Exception {
        machine.shell(
                "systemd-run -q --unit unrestricted --collect -E BEV_EXPORTER_PORT=9819 -E BEV_EXPORTER_NICENESS=0"
                        + " -E BEV_EXPORTER_STATE_DIR=/run/unrestricted -E BEV_AVATAR_CONFIG=/etc/bev-avatar/avatar.yaml"
                        + " -E BEV_EXPORTER_NVML_LIBRARY=/usr/lib/avatar-test/libnvidia-ml.so.1"
                        + " -E NVML_SIMULATOR_SCENARIO=/var/lib/avatar-test/scenario /usr/lib/bev-avatar/java"
                        + " @/usr/lib/bev-avatar/exporter/jvm.flags -Djna.boot.library.path=/usr/lib/bev-avatar/native"
                        + " -Djna.nounpack=true -Djna.nosys=true -jar /usr/lib/bev-avatar/exporter/avatar-exporter.jar serve");
        machine.await(
                "all sources of the unrestricted exporter",
                scrape(9819) + " | grep '^avatar_renderer_process_threads' && " + scrape(9819)
                        + " | grep '^nvidia_gpu_utilization_ratio'");

        Set<String> unrestricted = series(metrics(9819));
        Set<String> sandboxed = series(metrics());
        machine.shell("systemctl stop unrestricted");

        assertThat(sandboxed).contains("node_timex_sync_status");
        assertThat(sandboxed).containsExactlyElementsOf(unrestricted);
    }

    private static Set<String> series(String metrics) {
        return metrics.lines()
                .filter(line -> !line.startsWith("#") && !OWN.matcher(line).matches())
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void workload_equalsSystemctlShow_orIsAbsent() throws Exception {
        // Idle after its start: the values no longer change.
        machine.await("the idle unit", "[ \"$(ps -o comm= -p $(systemctl show -P MainPID quiet))\" = sleep ]");
        Map<String, String> properties = Map.of(
                "CPUUsageNSec", "cpu_seconds_total",
                "MemoryCurrent", "memory_current_bytes",
                "MemoryPeak", "memory_peak_bytes",
                "TasksCurrent", "tasks_current",
                "IOReadBytes", "io_read_bytes_total",
                "IOWriteOperations", "io_writes_total",
                "IPIngressBytes", "ip_ingress_bytes_total",
                "IPIngressPackets", "ip_ingress_packets_total",
                "IPEgressBytes", "ip_egress_bytes_total",
                "IPEgressPackets", "ip_egress_packets_total");
        String metrics = metrics();

        properties.forEach((property, name) -> {
            Optional<Double> value = unit(metrics, name);
            String shown = shown(property);
            if (shown.matches("\\d{1,18}")) {
                double unit = property.endsWith("NSec") ? 1e-9 : 1;
                assertThat(value.orElseThrow()).as(property).isEqualTo(Long.parseLong(shown) * unit, within(1e-6));
            } else if (!property.equals("MemoryPeak")) {
                assertThat(value).as("%s: %s", property, shown).isEmpty();
            }
        });
        assertThat(unit(metrics, "cpu_seconds_total").orElseThrow()).isPositive();
        String pressure = machine.shell("cat /sys/fs/cgroup/system.slice/quiet.service/cpu.pressure 2>/dev/null");
        if (!pressure.isEmpty()) {
            assertThat(value(
                            metrics,
                            "systemd_unit_pressure_waiting_seconds_total\\{name=\"quiet.service\",resource=\"cpu\",}"))
                    .hasValue(Double.parseDouble(pressure.replaceFirst("(?s).*?total=(\\d+).*", "$1")) / 1e6);
        }
    }

    private static String shown(String property) {
        try {
            return machine.property("quiet.service", property);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<Double> unit(String metrics, String name) {
        return value(metrics, "systemd_unit_" + name + "\\{name=\"quiet.service\",}");
    }

    @Test
    void nodeSystemdNames_equalNodeExporter() throws Exception {
        assumeTrue(
                machine.run("bash", "-c", "command -v prometheus-node-exporter").exit() == 0,
                "prometheus-node-exporter is not installed");
        machine.shell(
                "systemd-run -q --unit peer --collect prometheus-node-exporter --collector.disable-defaults"
                        + " --collector.systemd"
                        // Debian's default leaves out targets too.
                        + " --collector.systemd.unit-exclude='.+\\.(automount|device|mount|scope|slice)' --web.listen-address=127.0.0.1:9100");
        machine.await("node_exporter", "curl -sf http://127.0.0.1:9100/metrics");

        Map<String, Double> peer = nodeSystemd(machine.shell("curl -s http://127.0.0.1:9100/metrics"));
        Map<String, Double> own = nodeSystemd(metrics());
        machine.shell("systemctl stop peer");

        assertThat(own.keySet()).containsExactlyInAnyOrderElementsOf(peer.keySet());
        assertThat(peer).hasSizeGreaterThan(100);
        peer.forEach((series, value) -> {
            if (!series.contains("connections")) {
                assertThat(own.get(series)).as(series).isEqualTo(value, within(1e-6));
            }
        });
    }

    /** Values by series, with the labels in alphabetical order as in Go's exposition. */
    private static Map<String, Double> nodeSystemd(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("node_systemd_"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')).replace(",}", "}"),
                        line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))));
    }

    @Test
    void rendererProcess_isReported_alsoWhileItDoesNotRespond() throws Exception {
        String pid = machine.property(RENDERER, "MainPID");
        machine.shell("systemctl kill -s STOP --kill-who=main " + RENDERER);
        String metrics;
        double threads;
        try {
            metrics = machine.shell(scrape(9818));
            threads = Double.parseDouble(machine.shell("ls /proc/" + pid + "/task | wc -l"));
        } finally {
            machine.shell("systemctl kill -s CONT --kill-who=main " + RENDERER);
        }
        assertThat(value(metrics, "avatar_renderer_up")).hasValue(0.0);
        assertThat(value(metrics, "avatar_renderer_process_threads")).hasValue(threads);
        assertThat(value(metrics, "avatar_renderer_process_max_fds"))
                .hasValue(Double.parseDouble(
                        machine.shell("awk '/^Max open files/ { print $4 }' /proc/" + pid + "/limits")));
        assertThat(value(metrics, "avatar_renderer_process_open_fds").orElse(1.0))
                .as("not known before Linux 6.2")
                .isPositive();
        assertThat(value(metrics, "avatar_renderer_process_start_time_seconds").orElseThrow())
                .isEqualTo(
                        Double.parseDouble(machine.shell("date -d \"$(systemctl show --timestamp=us -P"
                                + " ExecMainStartTimestamp " + RENDERER + ")\" +%s.%N")),
                        within(2.0));
        assertThat(value(metrics, "avatar_renderer_process_page_faults_total\\{type=\"minor\",}")
                        .orElseThrow())
                .isPositive();
    }

    private static Optional<Double> value(String metrics, String series) {
        Matcher line = Pattern.compile("(?m)^" + series + " (\\S+)$").matcher(metrics);
        return line.find() ? Optional.of(Double.parseDouble(line.group(1))) : Optional.empty();
    }
}
