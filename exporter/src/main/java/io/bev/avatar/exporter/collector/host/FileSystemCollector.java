package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * {@code node_filesystem_*} of the mounted file systems. A file system that does not respond, such as one whose server
 * is unreachable, yields {@code node_filesystem_device_error 1}.
 */
final class FileSystemCollector implements HostSubcollector, AutoCloseable {

    private final MountQueries queries;

    FileSystemCollector(FileSystemProbe probe, Ticker ticker) {
        this.queries = new MountQueries(probe, ticker);
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException, InterruptedException {
        List<Mount> reported = Mount.parse(mounts(files), files);
        Map<Mount, MountQueries.Answer> answers = queries.query(reported);
        for (Mount mount : reported) {
            MountQueries.Answer answer = answers.get(mount);
            if (answer != null) {
                write(mount, answer, out);
            }
        }
    }

    /**
     * Mounts of process 1, which are the host's even when this process has its own mount namespace; those of this
     * process where process 1 is hidden.
     */
    private static byte[] mounts(HostFiles files) throws IOException {
        try {
            return files.procBytes("1/mounts");
        } catch (IOException hidden) {
            return files.procBytes("self/mounts");
        }
    }

    private static void write(Mount mount, MountQueries.Answer answer, MetricSink out) {
        String[] labels = {
            "device",
            mount.device(),
            "mountpoint",
            mount.mountPoint(),
            "fstype",
            mount.fsType(),
            "device_error",
            answer.error()
        };
        out.gauge(
                "node_filesystem_device_error",
                "Whether an error occurred while getting statistics for the given device.",
                answer.usage().isPresent() ? 0 : 1,
                labels);
        out.gauge("node_filesystem_readonly", "Filesystem read-only status.", mount.readOnly() ? 1 : 0, labels);
        answer.usage().ifPresent(usage -> write(usage, labels, out));
    }

    private static void write(FileSystemProbe.Usage usage, String[] labels, MetricSink out) {
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
        queries.close();
    }
}
