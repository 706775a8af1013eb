package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** {@code node_sockstat_*}: sockets by protocol and state, from {@code /proc/net/sockstat} and {@code sockstat6}. */
final class SockstatCollector implements HostSubcollector {

    private final long pageBytes;

    SockstatCollector(long pageBytes) {
        this.pageBytes = pageBytes;
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.requireProc("net/sockstat"), line -> parse(line, out));
        files.eachLine(files.optionalProc("net/sockstat6").orElse(""), line -> parse(line, out));
    }

    private void parse(String line, MetricSink out) {
        String[] fields = Fields.split(line);
        if (fields.length < 3 || !fields[0].endsWith(":")) {
            throw new IllegalArgumentException("found '" + line + "', expected 'protocol: state number'");
        }
        String protocol = fields[0].substring(0, fields[0].length() - 1);
        if (protocol.equals("sockets")) {
            out.gauge("node_sockstat_sockets_used", "Number of IPv4 sockets in use.", Fields.number(fields, 2));
            return;
        }
        for (int i = 1; i + 1 < fields.length; i += 2) {
            double value = Fields.number(fields, i + 1);
            write(protocol, fields[i], value, out);
            if (fields[i].equals("mem")) {
                write(protocol, "mem_bytes", value * pageBytes, out);
            }
        }
    }

    private static void write(String protocol, String state, double value, MetricSink out) {
        out.gauge(
                "node_sockstat_" + protocol + "_" + state,
                "Number of " + protocol + " sockets in state " + state + ".",
                value);
    }
}
