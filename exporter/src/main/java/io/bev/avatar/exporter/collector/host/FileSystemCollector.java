package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code node_filesystem_*} of the mounted file systems. One that does not answer, such as a network file system whose server
 * is gone, gives {@code node_filesystem_device_error 1}, holds one thread, and is not asked again until that returns.
 */
final class FileSystemCollector implements HostSubcollector, AutoCloseable {

    /** A local file system answers in microseconds; this is a dead one's share of a scrape, once. */
    private static final long PATIENCE_MILLIS = 500;

    private final FileSystemProbe probe;
    private final ExecutorService threads;
    private final Map<String, Future<FileSystemProbe.Usage>> stuck = new ConcurrentHashMap<>();

    FileSystemCollector(FileSystemProbe probe) {
        this.probe = probe;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "collector-host-mounts");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException, InterruptedException {
        // Process 1 sees the host's mounts even where this process has a mount namespace of its own.
        Optional<String> mounts = readableMounts(files, "1/mounts");
        List<Mount> reported = Mount.parse(mounts.isPresent() ? mounts.get() : files.proc("self/mounts"));
        for (Mount mount : reported) {
            String error = "";
            Optional<FileSystemProbe.Usage> usage = Optional.empty();
            try {
                usage = Optional.of(ask(mount.mountPoint()));
            } catch (IOException e) {
                error = String.valueOf(e.getMessage());
            }
            write(mount, usage, error, out);
        }
    }

    private static Optional<String> readableMounts(HostFiles files, String path) {
        try {
            return files.optionalProc(path);
        } catch (IOException e) {
            // Hidden from this user: its own view is the next best, and what node_exporter takes then.
            return Optional.empty();
        }
    }

    private FileSystemProbe.Usage ask(String mountPoint) throws IOException, InterruptedException {
        Future<FileSystemProbe.Usage> asked = stuck.get(mountPoint);
        if (asked != null && !asked.isDone()) {
            throw new IOException("mountpoint timeout");
        }
        stuck.remove(mountPoint);
        Future<FileSystemProbe.Usage> answer = threads.submit(() -> probe.usage(mountPoint));
        try {
            return answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            stuck.put(mountPoint, answer);
            throw new IOException("mountpoint timeout", e);
        } catch (InterruptedException e) {
            stuck.put(mountPoint, answer);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException("asking for the size of " + mountPoint + " failed", e.getCause());
        }
    }

    private static void write(Mount mount, Optional<FileSystemProbe.Usage> answer, String error, MetricSink out) {
        String[] labels = {
            "device", mount.device(), "mountpoint", mount.mountPoint(), "fstype", mount.fsType(), "device_error", error
        };
        out.gauge(
                "node_filesystem_device_error",
                "Whether an error occurred while getting statistics for the given device.",
                answer.isPresent() ? 0 : 1,
                labels);
        out.gauge("node_filesystem_readonly", "Filesystem read-only status.", mount.readOnly() ? 1 : 0, labels);
        if (answer.isEmpty()) {
            return;
        }
        FileSystemProbe.Usage usage = answer.get();
        double block = usage.blockBytes();
        out.gauge("node_filesystem_size_bytes", "Filesystem size in bytes.", usage.blocks() * block, labels);
        out.gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.", usage.freeBlocks() * block, labels);
        out.gauge(
                "node_filesystem_avail_bytes",
                "Filesystem space available to non-root users in bytes.",
                usage.availableBlocks() * block,
                labels);
        out.gauge("node_filesystem_files", "Filesystem total file nodes.", usage.files(), labels);
        out.gauge("node_filesystem_files_free", "Filesystem total free file nodes.", usage.freeFiles(), labels);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
