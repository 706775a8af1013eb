package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code node_bonding_slaves} and {@code node_bonding_active} of bonded interfaces, from {@code /sys/class/net}. */
final class BondingCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Path net = files.sys().resolve("class/net");
        Optional<String> masters = HostFiles.optional(net.resolve("bonding_masters"));
        if (masters.isEmpty()) {
            throw new SourceAbsentException("/sys/class/net/bonding_masters");
        }
        for (String master : Fields.split(masters.get())) {
            Optional<String> slaves = HostFiles.attribute(net.resolve(master).resolve("bonding/slaves"));
            if (slaves.isEmpty()) {
                continue;
            }
            int configured = 0;
            int active = 0;
            for (String slave : Fields.split(slaves.get())) {
                configured += slave.isEmpty() ? 0 : 1;
                active += up(net.resolve(master), slave) ? 1 : 0;
            }
            out.gauge(
                    "node_bonding_slaves",
                    "Number of configured slaves per bonding interface.",
                    configured,
                    "master",
                    master);
            out.gauge(
                    "node_bonding_active", "Number of active slaves per bonding interface.", active, "master", master);
        }
    }

    /** The kernel names the link {@code lower_NAME}; before Linux 3.13 {@code slave_NAME}. */
    private static boolean up(Path master, String slave) {
        return HostFiles.attribute(master.resolve("lower_" + slave + "/bonding_slave/mii_status"))
                .or(() -> HostFiles.attribute(master.resolve("slave_" + slave + "/bonding_slave/mii_status")))
                .filter("up"::equals)
                .isPresent();
    }
}
