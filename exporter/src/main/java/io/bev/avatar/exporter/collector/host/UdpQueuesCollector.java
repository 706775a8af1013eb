package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Optional;

/** {@code node_udp_queues{queue,ip}}: bytes queued in UDP sockets, from {@code /proc/net/udp} and {@code udp6}. */
final class UdpQueuesCollector implements HostSubcollector {

    private static final int QUEUES = 4;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        write(files.requireProc("net/udp"), "v4", files, out);
        Optional<String> six = files.optionalProc("net/udp6");
        if (six.isPresent()) {
            write(six.get(), "v6", files, out);
        }
    }

    private static void write(String text, String ip, HostFiles files, MetricSink out) {
        long[] bytes = new long[2];
        files.eachLine(text, line -> {
            String[] fields = Fields.split(line);
            if (fields[0].equals("sl")) {
                return;
            }
            String[] queues = fields.length > QUEUES ? fields[QUEUES].split(":", -1) : new String[0];
            if (queues.length != 2) {
                throw new IllegalArgumentException("found '" + line + "', expected tx_queue:rx_queue as field 5");
            }
            long transmit = Long.parseLong(queues[0], 16);
            bytes[1] += Long.parseLong(queues[1], 16);
            bytes[0] += transmit;
        });
        for (int i = 0; i < bytes.length; i++) {
            out.gauge(
                    "node_udp_queues",
                    "Number of allocated memory in the kernel for UDP datagrams in bytes.",
                    bytes[i],
                    "queue",
                    i == 0 ? "tx" : "rx",
                    "ip",
                    ip);
        }
    }
}
