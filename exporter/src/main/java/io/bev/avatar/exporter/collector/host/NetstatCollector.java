package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code node_netstat_*} from {@code /proc/net/netstat}, {@code snmp} and {@code snmp6}. Untyped, as in node_exporter.
 */
final class NetstatCollector implements HostSubcollector {

    /** node_exporter's default. */
    private static final Pattern REPORTED = Pattern.compile("^(.*_(InErrors|InErrs)|Ip_Forwarding"
            + "|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)"
            + "|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)"
            + "|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)"
            + "|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$");

    /** Limit of {@link #columns}: the protocols of all kernels are a dozen. */
    private static final int MAX_PROTOCOLS = 64;

    /** Reported columns by the line of a protocol's names, which is the same in each collection. */
    private final Map<String, List<Column>> columns = new HashMap<>();

    /** @param index field of the line */
    private record Column(int index, String metric, String help) {
        static Optional<Column> of(int index, String protocol, String name) {
            String key = protocol + "_" + name;
            return REPORTED.matcher(key).find()
                    ? Optional.of(new Column(index, "node_netstat_" + key, "Statistic " + protocol + name + "."))
                    : Optional.empty();
        }

        void write(String[] fields, MetricSink out) {
            out.untyped(metric, help, Fields.number(fields, index));
        }
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        table(files.requireProc("net/netstat"), files, out);
        table(files.requireProc("net/snmp"), files, out);
        // Absent where IPv6 is off.
        files.eachLine(files.optionalProc("net/snmp6").orElse(""), line -> {
            String[] fields = Fields.split(line);
            int six = fields[0].indexOf('6');
            if (six >= 0) {
                Column.of(1, fields[0].substring(0, six + 1), fields[0].substring(six + 1))
                        .ifPresent(column -> column.write(fields, out));
            }
        });
    }

    /** Pairs of lines: a protocol and names, the protocol and values. */
    private void table(String text, HostFiles files, MetricSink out) {
        List<String> pairs = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int end = endOfLine(text, endOfLine(text, start) + 1);
            pairs.add(text.substring(start, Math.min(end, text.length())));
            start = end + 1;
        }
        files.eachItem(pairs, pair -> protocol(pair, out));
    }

    private static int endOfLine(String text, int start) {
        int end = text.indexOf('\n', start);
        return end < 0 ? text.length() : end;
    }

    private void protocol(String pair, MetricSink out) {
        int end = endOfLine(pair, 0);
        String names = pair.substring(0, end);
        String[] values = Fields.split(pair.substring(Math.min(end + 1, pair.length())));
        if (!names.startsWith(values[0] + ' ') || values.length != Fields.count(names)) {
            throw new IllegalArgumentException("found '" + pair + "', expected as many values as names");
        }
        if (columns.size() >= MAX_PROTOCOLS) {
            columns.clear();
        }
        columns.computeIfAbsent(names, NetstatCollector::columns).forEach(column -> column.write(values, out));
    }

    private static List<Column> columns(String line) {
        String[] names = Fields.split(line);
        List<Column> found = new ArrayList<>();
        for (int i = 1; i < names.length; i++) {
            Column.of(i, names[0].replace(":", ""), names[i]).ifPresent(found::add);
        }
        return found;
    }
}
