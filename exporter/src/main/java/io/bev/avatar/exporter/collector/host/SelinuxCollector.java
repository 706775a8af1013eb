package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** {@code node_selinux_*} from {@code /sys/fs/selinux}. */
final class SelinuxCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Path selinux = files.sys().resolve("fs/selinux");
        OptionalLong current = HostFiles.integer(selinux.resolve("enforce"));
        boolean enabled = Files.exists(selinux.resolve("status")) || current.isPresent();
        out.gauge("node_selinux_enabled", "SELinux is enabled, 1 is true, 0 is false", enabled ? 1 : 0);
        current.ifPresent(mode -> out.gauge("node_selinux_current_mode", "Current SELinux enforcement mode", mode));
    }
}
