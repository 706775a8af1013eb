package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;

/** {@code node_edac_*_errors_total}: memory errors by controller and row (kernel document: driver-api/edac). */
final class EdacCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        for (Path controller : HostFiles.requireEntries(files.sys().resolve("devices/system/edac/mc"))) {
            String name = HostFiles.name(controller);
            if (!name.matches("mc\\d+")) {
                continue;
            }
            String number = name.substring(2);
            counter(controller.resolve("ce_count"), "correctable", out, "controller", number);
            counter(controller.resolve("ue_count"), "uncorrectable", out, "controller", number);
            row(controller.resolve("ce_noinfo_count"), "correctable", number, "unknown", out);
            row(controller.resolve("ue_noinfo_count"), "uncorrectable", number, "unknown", out);
            for (Path row : HostFiles.entries(controller)) {
                String rowName = HostFiles.name(row);
                if (rowName.matches("csrow\\d+")) {
                    String rowNumber = rowName.substring("csrow".length());
                    row(row.resolve("ce_count"), "correctable", number, rowNumber, out);
                    row(row.resolve("ue_count"), "uncorrectable", number, rowNumber, out);
                }
            }
        }
    }

    private static void counter(Path file, String kind, MetricSink out, String... labels) {
        HostFiles.number(file)
                .ifPresent(errors -> out.counter(
                        "node_edac_" + kind + "_errors_total", "Total " + kind + " memory errors.", errors, labels));
    }

    private static void row(Path file, String kind, String controller, String row, MetricSink out) {
        HostFiles.number(file)
                .ifPresent(errors -> out.counter(
                        "node_edac_csrow_" + kind + "_errors_total",
                        "Total " + kind + " memory errors for this csrow.",
                        errors,
                        "controller",
                        controller,
                        "csrow",
                        row));
    }
}
