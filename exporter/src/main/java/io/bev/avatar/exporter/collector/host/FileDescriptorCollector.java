package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** {@code node_filefd_allocated} and {@code node_filefd_maximum} from {@code /proc/sys/fs/file-nr}. */
final class FileDescriptorCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("sys/fs/file-nr"), out);
    }

    static void parse(String fileNr, MetricSink out) {
        String[] fields = Fields.split(fileNr);
        double allocated = Fields.number(fields, 0);
        double maximum = Fields.number(fields, 2);
        out.gauge("node_filefd_allocated", "File descriptor statistics: allocated.", allocated);
        out.gauge("node_filefd_maximum", "File descriptor statistics: maximum.", maximum);
    }
}
