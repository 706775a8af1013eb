package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code node_md_*{device}}: software RAID arrays from {@code /proc/mdstat}.
 *
 * <pre>
 * md0 : active raid1 sdb1[1] sda1[0](F)
 *       8388608 blocks super 1.2 [2/1] [_U]
 *       [==&gt;....]  recovery = 12.6% (1058048/8388608) finish=0.5min speed=211609K/sec
 * </pre>
 */
final class MdadmCollector implements HostSubcollector {

    private static final Pattern ARRAY = Pattern.compile("^(\\S+) : (active|inactive|broken|clean)\\b(.*)");
    private static final Pattern BLOCKS = Pattern.compile("(\\d+) blocks");
    private static final Pattern DISKS = Pattern.compile("\\[(\\d+)/(\\d+)\\]\\s+\\[[U_]+\\]");
    private static final Pattern SYNCED = Pattern.compile("\\((\\d+)/\\d+\\)");
    private static final Pattern OPERATION = Pattern.compile("(recovery|resync|check|reshape)\\s*=");
    private static final Pattern MEMBER = Pattern.compile("\\S+\\[\\d+\\](\\([A-Z]\\))?");
    private static final List<String> STATES = List.of("active", "inactive", "recovering", "resync", "check");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        List<String> lines = HostFiles.lines(files.requireProc("mdstat"));
        for (int i = 0; i < lines.size(); i++) {
            Matcher array = ARRAY.matcher(lines.get(i));
            if (array.find()) {
                StringBuilder details = new StringBuilder();
                while (i + 1 < lines.size() && lines.get(i + 1).startsWith(" ")) {
                    details.append(lines.get(++i)).append('\n');
                }
                write(array.group(1), array.group(2), array.group(3), details.toString(), out);
            }
        }
    }

    private static void write(String device, String activity, String members, String details, MetricSink out) {
        int total = 0;
        int failed = 0;
        int spare = 0;
        Matcher member = MEMBER.matcher(members);
        while (member.find()) {
            total++;
            failed += "(F)".equals(member.group(1)) ? 1 : 0;
            spare += "(S)".equals(member.group(1)) ? 1 : 0;
        }
        Matcher disks = DISKS.matcher(details);
        boolean redundant = disks.find();
        double required = redundant ? Double.parseDouble(disks.group(1)) : total;
        double active = redundant ? Double.parseDouble(disks.group(2)) : activity.equals("inactive") ? 0 : total;
        Matcher size = BLOCKS.matcher(details);
        double blocks = size.find() ? Double.parseDouble(size.group(1)) : 0;
        Matcher synced = SYNCED.matcher(details);
        double done = synced.find() ? Double.parseDouble(synced.group(1)) : blocks;
        String state = state(activity, details);
        for (String each : STATES) {
            out.gauge(
                    "node_md_state",
                    "Indicates the state of md-device.",
                    each.equals(state) ? 1 : 0,
                    "device",
                    device,
                    "state",
                    each);
        }
        String help = "Number of active/failed/spare disks of device.";
        out.gauge("node_md_disks", help, active, "device", device, "state", "active");
        out.gauge("node_md_disks", help, failed, "device", device, "state", "failed");
        out.gauge("node_md_disks", help, spare, "device", device, "state", "spare");
        out.gauge("node_md_disks_required", "Total number of disks of device.", required, "device", device);
        out.gauge("node_md_blocks", "Total number of blocks on device.", blocks, "device", device);
        out.gauge("node_md_blocks_synced", "Number of blocks synced on device.", done, "device", device);
    }

    private static String state(String activity, String details) {
        Matcher operation = OPERATION.matcher(details);
        if (operation.find()) {
            return switch (operation.group(1)) {
                case "recovery", "reshape" -> "recovering";
                default -> operation.group(1);
            };
        }
        return activity.equals("inactive") || activity.equals("broken") ? "inactive" : "active";
    }
}
