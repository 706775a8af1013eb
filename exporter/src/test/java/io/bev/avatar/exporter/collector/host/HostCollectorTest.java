package io.bev.avatar.exporter.collector.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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
        try (HostCollector collector = HostFixture.of(tree(proc), root.resolve("sys"), probe, Ticker.system(), CLOCK)) {
            collector.collect(out);
        }
        return Expositions.text(out);
    }

    /** A procfs tree of a small host, with some files replaced, or removed by an empty text. */
    private Path tree(Map<String, String> replaced) throws IOException {
        Map<String, String> files = new HashMap<>(Map.of(
                "stat", "cpu0 100 0 50 900 0 0 0 0 0 0\nbtime 1767225600\n",
                "loadavg", "0.1 0.2 0.3 1/2 3\n",
                "meminfo", "MemTotal: 1000 kB\n",
                "1/mounts", "/dev/vda / ext4 rw 0 0\n",
                "diskstats", "",
                "net/dev", "a|b\nc|d\n",
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
    void collect_namesAndNumbersThatNoMetricCanHave_costTheirEntriesOnly() throws Exception {
        String text = collect(
                mount -> USAGE,
                Map.of(
                        "net/sockstat",
                        "sockets: used 5\nT\u0001P: inuse 3\nTCP-odd: inuse 4\nUDP: inuse 2\n",
                        "meminfo",
                        "MemTotal: 100 kB\nMemFree: NaN kB\nBuffers: Infinity kB\nCached: 7d kB\nSlab: 0x1p3 kB\n"));

        assertThat(text)
                .contains(
                        "node_sockstat_UDP_inuse 2.0\n",
                        "node_memory_MemTotal_bytes 102400.0\n",
                        "avatar_exporter_host_skipped_entries{collector=\"sockstat\",} 2.0",
                        "avatar_exporter_host_skipped_entries{collector=\"meminfo\",} 4.0")
                .doesNotContain("NaN", "Inf", "TCP-odd", "node_memory_Cached", "node_memory_Slab");
    }

    @Test
    void collect_libraryThatCannotBeLoaded_failsOnePart() throws Exception {
        Path proc = tree(Map.of());
        HostOptions options = new HostOptions(proc, root.resolve("sys"), Path.of("/nonexistent"), false, Set.of());
        KernelClock noLibrary = () -> {
            throw new NoClassDefFoundError("com.sun.jna.Native");
        };
        MetricSink out = new MetricSink();
        try (HostCollector collector = new HostCollector(
                options, mount -> USAGE, noLibrary, () -> 0, CLOCK, TimeCollector.LocalZone::ofJava, List.of())) {
            assertThatThrownBy(() -> collector.collect(out))
                    .isInstanceOf(PartialCollectionException.class)
                    .hasMessageContaining("timex: native code cannot be loaded: com.sun.jna.Native");
        }

        assertThat(Expositions.text(out))
                .contains("node_load1 ", "node_scrape_collector_success{collector=\"timex\",} 0.0");
    }

    @Test
    void collect_oneGroupBroken_keepsTheOthersAndReportsIt() throws Exception {
        MetricSink out = new MetricSink();
        try (HostCollector collector = HostFixture.of(
                tree(Map.of("loadavg", "nonsense\n")), root.resolve("sys"), mount -> USAGE, Ticker.system(), CLOCK)) {
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
            if (new String(mount, StandardCharsets.UTF_8).equals("/srv")) {
                asked.incrementAndGet();
                awaitUninterruptibly(release);
            }
            return USAGE;
        };
        Path proc = tree(Map.of("1/mounts", "filer:/x /srv nfs4 rw 0 0\n/dev/vda / ext4 ro 0 0\n"));
        try (HostCollector collector = HostFixture.of(proc, root.resolve("sys"), probe, Ticker.system(), CLOCK)) {
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

    @Test
    void collect_oddEntriesOfSysfs_costOnlyThemselves() throws Exception {
        Path net = Files.createDirectories(root.resolve("sys/class/net"));
        Files.writeString(net.resolve("bonding_masters"), "bond0\n");
        Files.createSymbolicLink(net.resolve("gone0"), root.resolve("nowhere"));
        Files.createDirectories(net.resolve("odd0/operstate"));
        Path eth0 = Files.createDirectories(net.resolve("eth0"));
        Files.writeString(eth0.resolve("operstate"), "up\n");
        Files.writeString(eth0.resolve("mtu"), "\u0000\u0001garbage");
        Files.write(eth0.resolve("ifalias"), new byte[1 << 20]);
        Path hwmon = Files.createDirectories(root.resolve("sys/class/hwmon"));
        Files.writeString(hwmon.resolve("notes"), "x");
        Files.createDirectories(hwmon.resolve("hwmon0/temp1_input"));
        Files.createDirectories(hwmon.resolve("hwmon0/name"));
        Path good = Files.createDirectories(hwmon.resolve("hwmon1"));
        Files.writeString(good.resolve("name"), "good\n");
        Files.writeString(good.resolve("temp1_input"), "40000\n");
        Files.writeString(good.resolve("temp2_input"), "warm\n");

        assertThat(collect(mount -> USAGE, Map.of()))
                .contains("node_network_up{device=\"eth0\",} 1.0")
                .contains("node_hwmon_temp_celsius{chip=\"good\",sensor=\"temp1\",} 40.0")
                .contains("node_scrape_collector_success{collector=\"netclass\",} 1.0")
                .contains("node_scrape_collector_success{collector=\"hwmon\",} 1.0")
                .doesNotContain("odd0", "gone0", "bonding_masters", "mtu", "temp2");
    }

    @Test
    void collect_malformedLines_costOnlyThemselvesAndAreCounted() throws Exception {
        String text = collect(
                mount -> USAGE,
                Map.of(
                        "net/dev", "a|b\nbroken\n eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
                        "diskstats", "8 0 sda x\n8 0 sdb 1 2 3 4 5 6 7 8 9 10 11\n",
                        "stat", "cpu0 x\ncpu1 100 0 50 900 0 0 0 0 0 0\nbtime never\nctxt 5\n",
                        "1/mounts", "short\n/dev/vda / ext4 rw 0 0\n"));

        assertThat(text)
                .contains("node_network_receive_bytes_total{device=\"eth0\",} 1.0")
                .contains("node_disk_reads_completed_total{device=\"sdb\",} 1.0")
                .contains("node_cpu_seconds_total{cpu=\"1\",mode=\"user\",} 1.0")
                .contains("node_context_switches_total 5.0")
                .contains("node_filesystem_readonly{device=\"/dev/vda\"")
                .contains("avatar_exporter_host_skipped_entries{collector=\"netdev\",} 1.0")
                .contains("avatar_exporter_host_skipped_entries{collector=\"filesystem\",} 1.0");
    }

    @Test
    void collect_sourceThatCannotBeRead_failsOnlyItsSubcollector() throws Exception {
        MetricSink out = new MetricSink();
        Path proc = tree(Map.of());
        Files.delete(proc.resolve("vmstat"));
        Files.createDirectory(proc.resolve("vmstat"));
        Files.write(proc.resolve("meminfo"), new byte[17 << 20]);
        Files.delete(proc.resolve("diskstats"));
        try (HostCollector collector = collector(proc, mount -> USAGE)) {
            assertThatThrownBy(() -> collector.collect(out))
                    .isInstanceOf(PartialCollectionException.class)
                    .hasMessageContainingAll("vmstat", "meminfo", "diskstats");
        }
        assertThat(Expositions.text(out))
                .contains("node_scrape_collector_success{collector=\"vmstat\",} 0.0")
                .contains("node_scrape_collector_success{collector=\"meminfo\",} 0.0")
                .contains("node_scrape_collector_success{collector=\"diskstats\",} 0.0")
                .contains("node_scrape_collector_success{collector=\"cpu\",} 1.0")
                .contains("node_load1 ")
                .doesNotContain("collector=\"pressure\"");
    }

    private HostCollector collector(Path proc, FileSystemProbe probe) {
        return HostFixture.of(proc, root.resolve("sys"), probe, Ticker.system(), CLOCK);
    }

    @Test
    void collect_cpuTimesThatJumpBack_areHeldUnlessTheCpuWasReplugged() throws Exception {
        try (HostCollector collector = collector(tree(Map.of()), mount -> USAGE)) {
            assertThat(idleAndIowait(collector, 90_000, 500)).containsExactly(900, 5);
            assertThat(idleAndIowait(collector, 89_900, 450)).containsExactly(900, 5);
            assertThat(idleAndIowait(collector, 90_100, 510)).containsExactly(901, 5.1);
            assertThat(idleAndIowait(collector, 89_801, 450)).containsExactly(901, 5.1);
            assertThat(idleAndIowait(collector, 89_800, 450)).containsExactly(898, 4.5);
        }
    }

    private double[] idleAndIowait(HostCollector collector, int idle, int iowait) throws Exception {
        Files.writeString(root.resolve("proc/stat"), "cpu0 100 0 50 " + idle + " " + iowait + " 0 0 0 0 0\n");
        MetricSink out = new MetricSink();
        collector.collect(out);
        return out.families().stream()
                .filter(family -> family.name().startsWith("node_cpu_seconds"))
                .flatMap(family -> family.samples().stream())
                .filter(sample -> sample.label("mode").startsWith("i")
                        && !sample.label("mode").equals("irq"))
                .mapToDouble(sample -> sample.value())
                .toArray();
    }

    @Test
    void collect_twentyDeadMounts_blockFewThreadsAndNoOtherMount() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        AtomicLong nanos = new AtomicLong();
        StringBuilder mounts = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            mounts.append("sshfs /mnt/dead").append(i).append(" fuse rw 0 0\n");
        }
        mounts.append("/dev/vda / ext4 rw 0 0\n");
        FileSystemProbe probe = mount -> {
            if (new String(mount, StandardCharsets.UTF_8).startsWith("/mnt/dead")) {
                asked.incrementAndGet();
                awaitUninterruptibly(release);
            }
            return USAGE;
        };
        Path proc = tree(Map.of("1/mounts", mounts.toString()));
        try (HostCollector collector = HostFixture.of(proc, root.resolve("sys"), probe, nanos::get, CLOCK)) {
            for (int scrape = 0; scrape < 5; scrape++) {
                MetricSink out = new MetricSink();
                collector.collect(out);
                assertThat(Expositions.text(out))
                        .contains("node_filesystem_size_bytes{device=\"/dev/vda\"", "node_load1 ")
                        .contains("mountpoint=\"/mnt/dead0\",fstype=\"fuse\",device_error=\"mountpoint timeout\",} 1.0")
                        .contains(
                                "mountpoint=\"/mnt/dead19\",fstype=\"fuse\",device_error=\"not queried: other mounts block"
                                        + " the threads\",} 1.0");
                nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
            }
            assertThat(asked).hasValue(MountQueries.MAX_UNPROVEN_THREADS);
            release.countDown();
        }
    }

    @Test
    void collect_mountThatHangs_isQueriedAgainAfterGrowingIntervals() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicLong nanos = new AtomicLong();
        AtomicReference<CountDownLatch> release = new AtomicReference<>(new CountDownLatch(1));
        CountDownLatch never = new CountDownLatch(0);
        FileSystemProbe probe = mount -> {
            asked.incrementAndGet();
            awaitUninterruptibly(Objects.requireNonNull(release.get()));
            return USAGE;
        };
        Path proc = tree(Map.of("1/mounts", "filer:/x /srv nfs4 rw 0 0\n"));
        try (HostCollector collector = HostFixture.of(proc, root.resolve("sys"), probe, nanos::get, CLOCK)) {
            collector.collect(new MetricSink());
            CountDownLatch first = release.getAndSet(never);
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
            collector.collect(new MetricSink());
            assertThat(asked).as("while its thread is blocked").hasValue(1);
            first.countDown();

            String text = "";
            while (!text.contains("node_filesystem_size_bytes")) {
                MetricSink out = new MetricSink();
                collector.collect(out);
                text = Expositions.text(out);
            }
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void collect_mountPointsWithOddNames_areQueriedByTheirBytes() throws Exception {
        List<byte[]> asked = Collections.synchronizedList(new ArrayList<>());
        Path proc = tree(Map.of());
        Files.write(
                proc.resolve("1/mounts"),
                "/dev/a /mnt/c\rr ext4 rw 0 0\n/dev/b /mnt/\\040\\134\\012x ext4 rw 0 0\n/dev/c /mnt/\u00e4 ext4 rw 0 0\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        try (HostCollector collector = collector(proc, mount -> {
            asked.add(mount);
            return USAGE;
        })) {
            MetricSink out = new MetricSink();
            collector.collect(out);

            assertThat(asked)
                    .extracting(path -> new String(path, StandardCharsets.ISO_8859_1))
                    .containsExactlyInAnyOrder("/mnt/c\rr", "/mnt/ \\\nx", "/mnt/\u00e4");
            assertThat(Expositions.text(out))
                    .contains("node_filesystem_size_bytes{device=\"/dev/a\",mountpoint=\"/mnt/c\ufffdr\"")
                    .contains("node_filesystem_size_bytes{device=\"/dev/b\",mountpoint=\"/mnt/ \\\\\\nx\"")
                    .contains("node_filesystem_size_bytes{device=\"/dev/c\",mountpoint=\"/mnt/\ufffd\"");
        }
    }

    @Test
    void collect_twoHwmonChipsUnderOneName_areBothReported() throws Exception {
        for (int i = 0; i < 3; i++) {
            Path chip = Files.createDirectories(root.resolve("sys/class/hwmon/hwmon" + i));
            Files.writeString(chip.resolve("name"), "nvme\n");
            Files.writeString(chip.resolve("temp1_input"), (40 + i) + "000\n");
        }

        assertThat(collect(mount -> USAGE, Map.of()))
                .contains("node_hwmon_temp_celsius{chip=\"nvme\",sensor=\"temp1\",} 40.0")
                .contains("node_hwmon_temp_celsius{chip=\"nvme_nvme\",sensor=\"temp1\",} 41.0")
                .contains("node_hwmon_temp_celsius{chip=\"nvme_nvme_hwmon2\",sensor=\"temp1\",} 42.0");
    }

    @Test
    void collect_interrupted_keepsWhatWasRead() throws Exception {
        MetricSink out = new MetricSink();
        try (HostCollector collector = collector(tree(Map.of()), mount -> USAGE)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> collector.collect(out)).isInstanceOf(PartialCollectionException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(Expositions.text(out)).contains("node_cpu_seconds_total", "node_load1 ");
    }
}
