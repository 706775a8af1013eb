package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code node_tcp_connection_states} from {@code /proc/net/tcp} and {@code tcp6}: connections by state, and bytes in
 * their queues. The kernel needs milliseconds for thousands of connections.
 *
 * <pre>
 * node_tcp_connection_states{state="established"} 17.0
 * node_tcp_connection_states{state="rx_queued_bytes"} 0.0
 * </pre>
 */
final class TcpStatCollector implements HostSubcollector {

    /** Names of the kernel's states, from 1. */
    private static final String[] STATES = {
        "established",
        "syn_sent",
        "syn_recv",
        "fin_wait1",
        "fin_wait2",
        "time_wait",
        "close",
        "close_wait",
        "last_ack",
        "listen",
        "closing"
    };

    private static final int STATE = 3;
    private static final int QUEUES = 4;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        files.eachLine(files.requireProc("net/tcp"), line -> parse(line, counts));
        // Absent where IPv6 is off.
        files.eachLine(files.optionalProc("net/tcp6").orElse(""), line -> parse(line, counts));
        counts.forEach((state, count) ->
                out.gauge("node_tcp_connection_states", "Number of connection states.", count, "state", state));
    }

    private static void parse(String line, Map<String, Long> counts) {
        String[] fields = Fields.split(line);
        if (fields[0].equals("sl")) {
            counts.merge("rx_queued_bytes", 0L, Long::sum);
            counts.merge("tx_queued_bytes", 0L, Long::sum);
            return;
        }
        int colon = fields.length > QUEUES ? fields[QUEUES].indexOf(':') : -1;
        int state = colon < 0 ? 0 : Integer.parseInt(fields[STATE], 16);
        if (state < 1 || state > STATES.length) {
            // A state of a later kernel, or not a connection.
            throw new IllegalArgumentException("found '" + line + "', expected a connection in state 1 to 0B");
        }
        counts.merge("tx_queued_bytes", Long.parseLong(fields[QUEUES].substring(0, colon), 16), Long::sum);
        counts.merge("rx_queued_bytes", Long.parseLong(fields[QUEUES].substring(colon + 1), 16), Long::sum);
        counts.merge(STATES[state - 1], 1L, Long::sum);
    }
}
