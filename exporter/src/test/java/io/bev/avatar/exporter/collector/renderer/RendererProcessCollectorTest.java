package io.bev.avatar.exporter.collector.renderer;

import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RendererProcessCollectorTest {

    /** The name contains what separates fields. */
    private static final String STAT =
            "77 (a) b (c) S 1 77 77 0 -1 4194304 1000 0 7 0 1234 66 0 0 20 0 42 0 500 2990080"
                    + " 404 18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

    private static final Path PROC = Path.of("/proc");

    @TempDir
    private Path proc;

    private OptionalInt mainPid = OptionalInt.of(77);
    private final AtomicLong nanos = new AtomicLong();

    @BeforeEach
    void process() throws IOException {
        Files.writeString(proc.resolve("stat"), "cpu 1 2\nbtime 1782468000\n");
        Files.createDirectories(proc.resolve("77/fd"));
        Files.writeString(proc.resolve("77/stat"), STAT);
        Files.writeString(proc.resolve("77/status"), "Name:\ta\nVmSize:\t    2048 kB\nVmRSS:\t    1024 kB\n");
        Files.writeString(
                proc.resolve("77/limits"),
                "Max open files            1024                 524288               files     \n");
    }

    private RendererProcessCollector collector(Path root, OptionalInt port) {
        return new RendererProcessCollector(root, () -> mainPid, port, nanos::get);
    }

    private String samples(RendererProcessCollector collector) throws Exception {
        return String.join(
                "\n",
                scrape(collector).lines().filter(line -> !line.startsWith("#")).toList());
    }

    @Test
    void mainProcess_exposed() throws Exception {
        assertThat(samples(collector(proc, OptionalInt.empty())))
                .contains("avatar_renderer_process_open_fds ")
                .startsWith("""
                avatar_renderer_process_cpu_seconds_total 13.0
                avatar_renderer_process_threads 42.0
                avatar_renderer_process_resident_memory_bytes 1048576.0
                avatar_renderer_process_virtual_memory_bytes 2097152.0
                """)
                .endsWith("""
                avatar_renderer_process_max_fds 1024.0
                avatar_renderer_process_start_time_seconds 1.782468005E9
                avatar_renderer_process_page_faults_total{type="minor",} 1000.0
                avatar_renderer_process_page_faults_total{type="major",} 7.0""");
    }

    @Test
    void processWithoutLimitOrMemory_othersPresent() throws Exception {
        Files.writeString(proc.resolve("77/limits"), "Max open files            unlimited   unlimited   files \n");
        Files.delete(proc.resolve("77/status"));
        Files.delete(proc.resolve("77/fd"));

        assertThat(samples(collector(proc, OptionalInt.empty())))
                .contains("process_threads 42.0", "page_faults_total")
                .doesNotContain("fds", "memory");
    }

    @Test
    void clockChanged_startTimeOfTheSameProcessStays() throws Exception {
        RendererProcessCollector collector = collector(proc, OptionalInt.empty());
        samples(collector);
        Files.writeString(proc.resolve("stat"), "btime 1782471600\n");

        assertThat(samples(collector)).contains("start_time_seconds 1.782468005E9");

        Files.writeString(proc.resolve("77/stat"), STAT.replace(" 500 ", " 600 "));
        assertThat(samples(collector)).contains("start_time_seconds 1.782471606E9");
    }

    @Test
    void processGone_noSeriesAndNoFailure() throws Exception {
        mainPid = OptionalInt.of(78);

        assertThat(samples(collector(proc, OptionalInt.empty()))).isEmpty();
        mainPid = OptionalInt.empty();
        assertThat(samples(collector(proc, OptionalInt.empty()))).isEmpty();
    }

    @Test
    void malformedFile_isReported() throws Exception {
        Files.writeString(proc.resolve("77/stat"), "77 (a) S 1\n");

        assertThatThrownBy(() -> samples(collector(proc, OptionalInt.empty())))
                .isInstanceOf(PartialCollectionException.class)
                .hasMessageContaining("expected 52 fields")
                .hasMessageContaining("exporter.proc-path");
    }

    @Test
    void withoutUnit_processIsFoundByItsPort() throws Exception {
        mainPid = OptionalInt.empty();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String found = samples(collector(PROC, OptionalInt.of(listener.getLocalPort())));

            assertThat(found).contains("process_threads", "process_open_fds", "resident_memory_bytes");
            double started = Double.parseDouble(found.lines()
                    .filter(line -> line.contains("start_time"))
                    .findFirst()
                    .orElseThrow()
                    .split(" ", -1)[1]);
            assertThat(started)
                    .isBetween(
                            ProcessHandle.current()
                                                    .info()
                                                    .startInstant()
                                                    .orElseThrow()
                                                    .toEpochMilli()
                                            / 1e3
                                    - 2,
                            System.currentTimeMillis() / 1e3);
        }
    }

    @Test
    void mainProcessGone_restartedOneIsFoundByItsPort() throws Exception {
        mainPid = OptionalInt.of(Integer.MAX_VALUE);
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(samples(collector(PROC, OptionalInt.of(listener.getLocalPort()))))
                    .contains("process_threads");
        }
    }

    @Test
    void nothingListens_searchedAtIntervals() throws Exception {
        mainPid = OptionalInt.empty();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        RendererProcessCollector collector = collector(PROC, OptionalInt.of(port));
        assertThat(samples(collector)).isEmpty();
        try (ServerSocket listener = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(listener.isBound()).isTrue();
            assertThat(samples(collector)).isEmpty();

            nanos.addAndGet(TimeUnit.SECONDS.toNanos(30));
            assertThat(samples(collector)).isNotEmpty();
        }
        assertThat(samples(collector)).as("the same process").isNotEmpty();
    }

    @Test
    void port_onlyOfThisHost() {
        assertThat(RendererProcessCollector.localPort(URI.create("http://127.0.0.1:8080/")))
                .hasValue(8080);
        assertThat(RendererProcessCollector.localPort(URI.create("http://localhost")))
                .hasValue(80);
        assertThat(RendererProcessCollector.localPort(URI.create("https://[::1]/")))
                .hasValue(443);
        assertThat(RendererProcessCollector.localPort(URI.create("http://render-7:8080")))
                .isEmpty();
    }
}
