package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

    /** Separates the two lines of a protocol. */
    private static final char PAIR = '\n';

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        table(files.requireProc("net/netstat"), files, out);
        table(files.requireProc("net/snmp"), files, out);
        // Absent where IPv6 is off.
        files.eachLine(files.optionalProc("net/snmp6").orElse(""), line -> {
            String[] fields = Fields.split(line);
            int six = fields[0].indexOf('6');
            if (six >= 0) {
                write(fields[0].substring(0, six + 1), fields[0].substring(six + 1), Fields.number(fields, 1), out);
            }
        });
    }

    /** Pairs of lines: a protocol and names, the protocol and values. */
    private static void table(String text, HostFiles files, MetricSink out) {
        List<String> lines = HostFiles.lines(text);
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < lines.size(); i += 2) {
            pairs.add(lines.get(i) + PAIR + (i + 1 < lines.size() ? lines.get(i + 1) : ""));
        }
        files.eachItem(pairs, pair -> protocol(pair, out));
    }

    private static void protocol(String pair, MetricSink out) {
        String[] names = Fields.split(pair.substring(0, pair.indexOf(PAIR)));
        String[] values = Fields.split(pair.substring(pair.indexOf(PAIR) + 1));
        if (!names[0].equals(values[0]) || names.length != values.length) {
            throw new IllegalArgumentException("found '" + pair + "', expected as many values as names");
        }
        for (int i = 1; i < names.length; i++) {
            write(names[0].replace(":", ""), names[i], Fields.number(values, i), out);
        }
    }

    private static void write(String protocol, String name, double value, MetricSink out) {
        String key = protocol + "_" + name;
        if (REPORTED.matcher(key).find()) {
            out.untyped("node_netstat_" + key, "Statistic " + protocol + name + ".", value);
        }
    }
}
