package io.bev.avatar.exporter.collector.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HostCollectorTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T01:00:00.250Z"), ZoneOffset.UTC);
    private static final FileSystemProbe.Usage USAGE = new FileSystemProbe.Usage(4096, 1000, 400, 300, 200, 50);

    @TempDir
    Path root;

    private String collect(FileSystemProbe probe, Map<String, String> proc) throws Exception {
        MetricSink out = new MetricSink();
        try (HostCollector collector = new HostCollector(tree(proc), root.resolve("sys"), probe, CLOCK)) {
            collector.collect(out);
        }
        return Expositions.text(out);
    }

    /** A procfs tree of a small host, with some files replaced, or removed by an empty text. */
    private Path tree(Map<String, String> replaced) throws IOException {
        Map<String, String> files = new java.util.HashMap<>(Map.of(
                "stat", "cpu0 100 0 50 900 0 0 0 0 0 0\nbtime 1767225600\n",
                "loadavg", "0.1 0.2 0.3 1/2 3\n",
                "meminfo", "MemTotal: 1000 kB\n",
                "1/mounts", "/dev/vda / ext4 rw 0 0\n",
                "diskstats", "",
                "net/dev", "a\nb\n",
                "sys/fs/file-nr", "10\t0\t100\n",
                "vmstat", "oom_kill 0\n"));
        for (String name : new String[] {"ostype", "osrelease", "version", "hostname", "domainname", "arch"}) {
            files.put("sys/kernel/" + name, name + "\n");
        }
        files.putAll(replaced);
        Path proc = root.resolve("proc");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = proc.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return proc;
    }

    @Test
    void collect_withoutPressureHwmonAndNetClass_omitsThem() throws Exception {
        String text = collect(mount -> USAGE, Map.of());

        assertThat(text)
                .contains("node_cpu_seconds_total{cpu=\"0\",mode=\"user\",} 1.0")
                .contains("node_time_seconds 1.76722920025E9")
                .doesNotContain("node_pressure")
                .doesNotContain("node_hwmon")
                .doesNotContain("node_network_up");
    }

    @Test
    void collect_oneGroupBroken_keepsTheOthersAndReportsIt() throws Exception {
        MetricSink out = new MetricSink();
        try (HostCollector collector =
                new HostCollector(tree(Map.of("loadavg", "nonsense\n")), root.resolve("sys"), mount -> USAGE, CLOCK)) {
            assertThatThrownBy(() -> collector.collect(out))
                    .isInstanceOf(PartialCollectionException.class)
                    .hasMessageContaining("loadavg")
                    .hasMessageContaining("nonsense");
        }
        assertThat(Expositions.text(out)).contains("node_uname_info").doesNotContain("node_load1");
    }

    @Test
    void collect_unresponsiveMount_isReportedAndNotQueriedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        FileSystemProbe probe = mount -> {
            if (mount.equals("/srv")) {
                asked.incrementAndGet();
                awaitUninterruptibly(release);
            }
            return USAGE;
        };
        Path proc = tree(Map.of("1/mounts", "filer:/x /srv nfs4 rw 0 0\n/dev/vda / ext4 ro 0 0\n"));
        try (HostCollector collector = new HostCollector(proc, root.resolve("sys"), probe, CLOCK)) {
            MetricSink first = new MetricSink();
            collector.collect(first);
            MetricSink second = new MetricSink();
            collector.collect(second);

            assertThat(Expositions.text(first))
                    .contains("node_filesystem_device_error{device=\"filer:/x\",mountpoint=\"/srv\",fstype=\"nfs4\","
                            + "device_error=\"mountpoint timeout\",} 1.0")
                    .contains("node_filesystem_size_bytes{device=\"/dev/vda\",mountpoint=\"/\",fstype=\"ext4\","
                            + "device_error=\"\",} 4096000.0")
                    .contains("node_filesystem_readonly{device=\"/dev/vda\",mountpoint=\"/\",fstype=\"ext4\","
                            + "device_error=\"\",} 1.0")
                    .doesNotContain("node_filesystem_size_bytes{device=\"filer:/x\"");
            assertThat(Expositions.text(second)).contains("mountpoint timeout");
            assertThat(asked).hasValue(1);
            release.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                latch.await();
                done = true;
            } catch (InterruptedException e) {
                // like an unreachable network file system, ignore interrupts
                done = false;
            }
        }
    }

    @Test
    void collect_failingMount_reportsCause() throws Exception {
        String text = collect(
                mount -> {
                    throw new IOException("errno 13");
                },
                Map.of());

        assertThat(text).contains("device_error=\"errno 13\",} 1.0").doesNotContain("node_filesystem_size_bytes");
    }

    @Test
    void collect_hwmonChipOnABus_isNamedByItsPosition() throws Exception {
        Path device = Files.createDirectories(root.resolve("sys/devices/platform/coretemp.0"));
        Path chip = Files.createDirectories(root.resolve("sys/class/hwmon/hwmon3"));
        Files.createSymbolicLink(chip.resolve("device"), device);
        Files.writeString(chip.resolve("temp1_input"), "51000\n");
        Files.writeString(chip.resolve("temp2_input"), "");

        assertThat(collect(mount -> USAGE, Map.of()))
                .contains("node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\",} 51.0")
                .doesNotContain("temp2");
    }
}
