package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;

/** {@code node_nvme_info{device,firmware_revision,model,serial,state}} of NVMe controllers, from {@code /sys/class/nvme}. */
final class NvmeCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        for (Path controller : HostFiles.requireEntries(files.sys().resolve("class/nvme"))) {
            out.gauge(
                    "node_nvme_info",
                    "Non-numeric data from /sys/class/nvme/<device>, value is always 1.",
                    1,
                    "device",
                    HostFiles.name(controller),
                    "firmware_revision",
                    attribute(controller, "firmware_rev"),
                    "model",
                    attribute(controller, "model"),
                    "serial",
                    attribute(controller, "serial"),
                    "state",
                    attribute(controller, "state"));
        }
    }

    private static String attribute(Path controller, String name) {
        return HostFiles.attribute(controller.resolve(name)).orElse("");
    }
}
