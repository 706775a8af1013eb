package io.bev.avatar.exporter.collector.renderer;

import io.bev.avatar.common.process.ListeningSocket;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collector {@code process}: the renderer's process, from procfs, also while the renderer does not respond.
 *
 * <pre>
 * avatar_renderer_process_cpu_seconds_total 812.4
 * avatar_renderer_process_page_faults_total{type="major"} 3
 * </pre>
 *
 * <p>The process is the main process of the renderer's systemd unit, otherwise the one that listens on the renderer's
 * port, which only its own user and root may find out. Without such a process there are no series, and no failure.
 */
public final class RendererProcessCollector implements Collector {

    /** A search reads the file descriptors of all processes of this user. */
    private static final Duration SEARCH_INTERVAL = Duration.ofSeconds(30);

    private static final String PREFIX = MBeanMetrics.PREFIX + "process_";

    private final Path proc;
    private final Supplier<OptionalInt> mainPid;
    private final OptionalInt port;
    private final Ticker ticker;
    private @Nullable ProcessStatus last;
    private long searchedAt;
    private boolean searched;

    /**
     * @param proc path of procfs
     * @param mainPid main process of the renderer's unit; empty without one
     * @param port port of the renderer; empty if it runs on another host
     */
    public RendererProcessCollector(Path proc, Supplier<OptionalInt> mainPid, OptionalInt port, Ticker ticker) {
        this.proc = proc;
        this.mainPid = mainPid;
        this.port = port;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        try {
            Optional<ProcessStatus> found = find();
            last = found.orElse(null);
            found.ifPresent(status -> emit(status, out));
        } catch (IOException | IllegalArgumentException e) {
            throw new PartialCollectionException(
                    "the renderer's process cannot be read: " + ErrorText.of(e) + "; check exporter.proc-path", e);
        }
    }

    private Optional<ProcessStatus> find() throws IOException {
        OptionalInt pid = mainPid.get();
        if (pid.isPresent()) {
            Optional<ProcessStatus> main = ProcessStatus.read(proc, pid.getAsInt(), last);
            if (main.isPresent()) {
                return main;
            }
        }
        ProcessStatus earlier = last;
        if (earlier != null) {
            Optional<ProcessStatus> same = ProcessStatus.read(proc, earlier.pid(), earlier)
                    .filter(status -> status.startTicks() == earlier.startTicks());
            if (same.isPresent()) {
                return same;
            }
        }
        return search();
    }

    private Optional<ProcessStatus> search() throws IOException {
        if (port.isEmpty() || (searched && ticker.nanos() - searchedAt < SEARCH_INTERVAL.toNanos())) {
            return Optional.empty();
        }
        searched = true;
        searchedAt = ticker.nanos();
        for (ListeningSocket socket : ListeningSocket.on(port.getAsInt(), proc)) {
            Optional<Path> process = socket.process(proc);
            if (process.isPresent()) {
                int pid = Integer.parseInt(String.valueOf(process.get().getFileName()));
                return ProcessStatus.read(proc, pid, null);
            }
        }
        return Optional.empty();
    }

    private static void emit(ProcessStatus status, MetricSink out) {
        out.counter(
                PREFIX + "cpu_seconds_total",
                "CPU time of the renderer's process, user and system",
                status.cpuSeconds());
        out.gauge(PREFIX + "threads", "Threads of the renderer's process", status.threads());
        status.residentBytes()
                .ifPresent(bytes -> out.gauge(
                        PREFIX + "resident_memory_bytes", "Resident memory of the renderer's process", bytes));
        status.virtualBytes()
                .ifPresent(bytes ->
                        out.gauge(PREFIX + "virtual_memory_bytes", "Virtual memory of the renderer's process", bytes));
        status.openFiles()
                .ifPresent(count ->
                        out.gauge(PREFIX + "open_fds", "Open file descriptors of the renderer's process", count));
        status.maxFiles()
                .ifPresent(count -> out.gauge(
                        PREFIX + "max_fds", "Limit of open file descriptors of the renderer's process", count));
        status.startSeconds()
                .ifPresent(seconds -> out.gauge(
                        PREFIX + "start_time_seconds", "Unix time at which the renderer's process started", seconds));
        faults(out, "minor", status.minorFaults());
        faults(out, "major", status.majorFaults());
    }

    private static void faults(MetricSink out, String type, long count) {
        out.counter(
                PREFIX + "page_faults_total",
                "Page faults of the renderer's process: major ones read from disk",
                count,
                "type",
                type);
    }

    /** Port of a server on this host; empty for another host. */
    public static OptionalInt localPort(URI url) {
        boolean local = url.getHost() != null
                && (url.getHost().equals("localhost")
                        || url.getHost().startsWith("127.")
                        || url.getHost().equals("[::1]"));
        int port = url.getPort() > 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
        return local ? OptionalInt.of(port) : OptionalInt.empty();
    }
}
