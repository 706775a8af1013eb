package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** {@code node_load1}, {@code node_load5} and {@code node_load15} from {@code /proc/loadavg}. */
final class LoadAvgCollector implements HostSubcollector {

    private static final String[] MINUTES = {"1", "5", "15"};

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("loadavg"), out);
    }

    static void parse(String loadavg, MetricSink out) {
        String[] fields = Fields.split(loadavg);
        double[] loads = {Fields.number(fields, 0), Fields.number(fields, 1), Fields.number(fields, 2)};
        for (int i = 0; i < MINUTES.length; i++) {
            out.gauge("node_load" + MINUTES[i], MINUTES[i] + "m load average.", loads[i]);
        }
    }
}
