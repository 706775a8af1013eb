package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** {@code node_disk_*} of whole disks from {@code /proc/diskstats} (kernel document: admin-guide/iostats). */
final class DiskStatsCollector implements HostSubcollector {

    /** Unit of the sector columns, independent of the device's sector size. */
    private static final double SECTOR_BYTES = 512;

    private static final double MILLISECOND = 0.001;

    /** node_exporter's default: partitions, loop devices and RAM disks, whose I/O the disks already count. */
    private static final Pattern EXCLUDED = Pattern.compile("^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$");

    /** A counter: its column, from 0, after major, minor and name, and the conversion factor to the base unit. */
    private record Column(int index, String name, String help, double factor) {
        Column {
            name = "node_disk_" + name;
        }
    }

    private static final List<Column> COUNTERS = List.of(
            new Column(3, "reads_completed_total", "The total number of reads completed successfully.", 1),
            new Column(4, "reads_merged_total", "The total number of reads merged.", 1),
            new Column(5, "read_bytes_total", "The total number of bytes read successfully.", SECTOR_BYTES),
            new Column(6, "read_time_seconds_total", "The total number of seconds spent by all reads.", MILLISECOND),
            new Column(7, "writes_completed_total", "The total number of writes completed successfully.", 1),
            new Column(8, "writes_merged_total", "The number of writes merged.", 1),
            new Column(9, "written_bytes_total", "The total number of bytes written successfully.", SECTOR_BYTES),
            new Column(
                    10,
                    "write_time_seconds_total",
                    "This is the total number of seconds spent by all writes.",
                    MILLISECOND),
            new Column(12, "io_time_seconds_total", "Total seconds spent doing I/Os.", MILLISECOND),
            new Column(
                    13, "io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os.", MILLISECOND),
            new Column(14, "discards_completed_total", "The total number of discards completed successfully.", 1),
            new Column(15, "discards_merged_total", "The total number of discards merged.", 1),
            new Column(16, "discarded_sectors_total", "The total number of sectors discarded successfully.", 1),
            new Column(
                    17,
                    "discard_time_seconds_total",
                    "This is the total number of seconds spent by all discards.",
                    MILLISECOND),
            new Column(18, "flush_requests_total", "The total number of flush requests completed successfully", 1),
            new Column(
                    19,
                    "flush_requests_time_seconds_total",
                    "This is the total number of seconds spent by all flush requests.",
                    MILLISECOND));

    private static final int IN_PROGRESS = 11;
    private static final int MIN_COLUMNS = 14;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.proc("diskstats"), line -> parse(line, out));
    }

    private static void parse(String line, MetricSink out) {
        String[] disk = Fields.split(line);
        if (disk.length < MIN_COLUMNS) {
            throw new IllegalArgumentException("found '" + line + "', expected at least " + MIN_COLUMNS + " columns");
        }
        if (EXCLUDED.matcher(disk[2]).matches()) {
            return;
        }
        double[] values = new double[disk.length];
        for (int i = 3; i < disk.length; i++) {
            values[i] = Fields.number(disk, i);
        }
        for (Column column : COUNTERS) {
            if (column.index < disk.length) {
                out.counter(column.name, column.help, values[column.index] * column.factor, "device", disk[2]);
            }
        }
        out.gauge(
                "node_disk_io_now",
                "The number of I/Os currently in progress.",
                values[IN_PROGRESS],
                "device",
                disk[2]);
    }
}
