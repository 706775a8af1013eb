package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Map;

/** {@code node_uname_info}: the fields of {@code uname(2)}, from {@code /proc/sys/kernel}. */
final class UnameCollector implements HostSubcollector {

    /** Kernel names of architectures that Java names differently, for kernels without {@code /proc/sys/kernel/arch}. */
    private static final Map<String, String> MACHINES = Map.of("amd64", "x86_64", "x86", "i686");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        String machine =
                files.optionalProc("sys/kernel/arch").map(String::strip).orElse(machine());
        out.gauge(
                "node_uname_info",
                "Labeled system information as provided by the uname system call.",
                1,
                "sysname",
                kernel(files, "ostype"),
                "release",
                kernel(files, "osrelease"),
                "version",
                kernel(files, "version"),
                "machine",
                machine,
                "nodename",
                kernel(files, "hostname"),
                "domainname",
                kernel(files, "domainname"));
    }

    /** The kernel's name of this process's architecture. */
    static String machine() {
        String javaName = System.getProperty("os.arch", "");
        return MACHINES.getOrDefault(javaName, javaName);
    }

    private static String kernel(HostFiles files, String name) throws IOException {
        return files.proc("sys/kernel/" + name).strip();
    }
}
