package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** {@code node_entropy_*_bits} from {@code /proc/sys/kernel/random}. */
final class EntropyCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        double available = number(files, "entropy_avail");
        double pool = number(files, "poolsize");
        out.gauge("node_entropy_available_bits", "Bits of available entropy.", available);
        out.gauge("node_entropy_pool_size_bits", "Bits of entropy pool.", pool);
    }

    private static double number(HostFiles files, String name) throws IOException {
        return Fields.number(Fields.split(files.requireProc("sys/kernel/random/" + name)), 0);
    }
}
