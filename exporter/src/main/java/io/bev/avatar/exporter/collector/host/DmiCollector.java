package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code node_dmi_info}: board, firmware and chassis from {@code /sys/class/dmi/id}, as far as readable. */
final class DmiCollector implements HostSubcollector {

    private static final String[] LABELS = {
        "bios_date",
        "bios_release",
        "bios_vendor",
        "bios_version",
        "board_asset_tag",
        "board_name",
        "board_serial",
        "board_vendor",
        "board_version",
        "chassis_asset_tag",
        "chassis_serial",
        "chassis_vendor",
        "chassis_version",
        "product_family",
        "product_name",
        "product_serial",
        "product_sku",
        "product_uuid",
        "product_version"
    };

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Path id = files.sys().resolve("class/dmi/id");
        HostFiles.requireEntries(id);
        List<String> labels = new ArrayList<>();
        for (String label : LABELS) {
            HostFiles.attribute(id.resolve(label)).ifPresent(value -> labels.addAll(List.of(label, value)));
        }
        HostFiles.attribute(id.resolve("sys_vendor"))
                .ifPresent(value -> labels.addAll(List.of("system_vendor", value)));
        out.gauge(
                "node_dmi_info",
                "A metric with a constant '1' value labeled by bios_date, bios_release, bios_vendor, bios_version,"
                        + " board_asset_tag, board_name, board_serial, board_vendor, board_version, chassis_asset_tag,"
                        + " chassis_serial, chassis_vendor, chassis_version, product_family, product_name, product_serial,"
                        + " product_sku, product_uuid, product_version, system_vendor if provided by DMI.",
                1,
                labels.toArray(new String[0]));
    }
}
