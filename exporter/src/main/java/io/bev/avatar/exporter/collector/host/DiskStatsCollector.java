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
    private record Column(int index, String name, String help, double factor) {}

    private static final List<Column> COUNTERS = List.of(
            new Column(3, "reads_completed_total", "The total number of reads completed successfully.", 1),
            new Column(5, "read_bytes_total", "The total number of bytes read successfully.", SECTOR_BYTES),
            new Column(6, "read_time_seconds_total", "The total number of seconds spent by all reads.", MILLISECOND),
            new Column(7, "writes_completed_total", "The total number of writes completed successfully.", 1),
            new Column(9, "written_bytes_total", "The total number of bytes written successfully.", SECTOR_BYTES),
            new Column(
                    10,
                    "write_time_seconds_total",
                    "This is the total number of seconds spent by all writes.",
                    MILLISECOND),
            new Column(12, "io_time_seconds_total", "Total seconds spent doing I/Os.", MILLISECOND),
            new Column(
                    13, "io_time_weighted_seconds_total", "The weighted # of seconds spent doing I/Os.", MILLISECOND));

    private static final int IN_PROGRESS = 11;
    private static final int COLUMNS = 14;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("diskstats"), out);
    }

    static void parse(String diskstats, MetricSink out) {
        List<String[]> disks = diskstats
                .lines()
                .map(Fields::split)
                .filter(fields ->
                        fields.length >= COLUMNS && !EXCLUDED.matcher(fields[2]).matches())
                .toList();
        for (String[] disk : disks) {
            for (Column column : COUNTERS) {
                double value = Fields.number(disk, column.index) * column.factor;
                out.counter("node_disk_" + column.name, column.help, value, "device", disk[2]);
            }
            out.gauge(
                    "node_disk_io_now",
                    "The number of I/Os currently in progress.",
                    Fields.number(disk, IN_PROGRESS),
                    "device",
                    disk[2]);
        }
    }
}
