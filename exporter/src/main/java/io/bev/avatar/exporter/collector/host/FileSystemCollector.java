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
 * {@code node_filesystem_*} of the mounted file systems. A file system that does not respond, such as one whose server
 * is unreachable, yields {@code node_filesystem_device_error 1}, blocks one thread, and is not queried again until that
 * returns.
 */
final class FileSystemCollector implements HostSubcollector, AutoCloseable {

    /** Timeout of a query. A local file system responds in microseconds; an unresponsive one costs this once. */
    private static final long QUERY_TIMEOUT_MILLIS = 500;

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
        // Process 1 sees the host's mounts even when this process has its own mount namespace.
        Optional<String> mounts = readableMounts(files, "1/mounts");
        List<Mount> reported = Mount.parse(mounts.isPresent() ? mounts.get() : files.proc("self/mounts"));
        for (Mount mount : reported) {
            String error = "";
            Optional<FileSystemProbe.Usage> usage = Optional.empty();
            try {
                usage = Optional.of(query(mount.mountPoint()));
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
            // Not readable by this user: fall back to self/mounts, as node_exporter does.
            return Optional.empty();
        }
    }

    private FileSystemProbe.Usage query(String mountPoint) throws IOException, InterruptedException {
        Future<FileSystemProbe.Usage> pending = stuck.get(mountPoint);
        if (pending != null && !pending.isDone()) {
            throw new IOException("mountpoint timeout");
        }
        stuck.remove(mountPoint);
        Future<FileSystemProbe.Usage> pendingUsage = threads.submit(() -> probe.usage(mountPoint));
        try {
            return pendingUsage.get(QUERY_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            stuck.put(mountPoint, pendingUsage);
            throw new IOException("mountpoint timeout", e);
        } catch (InterruptedException e) {
            stuck.put(mountPoint, pendingUsage);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException("statvfs of " + mountPoint + " failed", e.getCause());
        }
    }

    private static void write(Mount mount, Optional<FileSystemProbe.Usage> result, String error, MetricSink out) {
        String[] labels = {
            "device", mount.device(), "mountpoint", mount.mountPoint(), "fstype", mount.fsType(), "device_error", error
        };
        out.gauge(
                "node_filesystem_device_error",
                "Whether an error occurred while getting statistics for the given device.",
                result.isPresent() ? 0 : 1,
                labels);
        out.gauge("node_filesystem_readonly", "Filesystem read-only status.", mount.readOnly() ? 1 : 0, labels);
        if (result.isEmpty()) {
            return;
        }
        FileSystemProbe.Usage usage = result.get();
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
