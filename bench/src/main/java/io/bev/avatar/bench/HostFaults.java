package io.bev.avatar.bench;

import static io.bev.avatar.bench.HostFault.of;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Faults of a host's own readings: memory, CPU, network, files, disks and clock. */
final class HostFaults {

    private static final long MIB = 1024;
    private static final String MEMORY = "meminfo";
    private static final String NETWORK = "net/dev";
    private static final String DISK_TREND = "AvatarDiskFillingUp";

    private HostFaults() {}

    /** All faults of single hosts, without an order. */
    static List<HostFault> all() {
        List<HostFault> all = new ArrayList<>(readings());
        all.addAll(disks());
        all.addAll(HostGpuFaults.all());
        all.addAll(HostRedisFaults.all());
        all.addAll(HostRendererFaults.all());
        all.addAll(HostExporterFaults.all());
        return all;
    }

    private static List<HostFault> readings() {
        return List.of(
                of(
                                "host-memory-high",
                                "copied `meminfo`: 12 % available",
                                host -> available(host, total -> total * 12 / 100),
                                host -> host.proc().restore(MEMORY))
                        .warning("AvatarHostMemoryHigh"),
                of(
                                "host-memory-low",
                                "copied `meminfo`: 1 GiB available",
                                host -> available(host, total -> 1024 * MIB),
                                host -> host.proc().restore(MEMORY))
                        .critical("AvatarHostMemoryLow")
                        .mayRaise("AvatarHostMemoryHigh"),
                of(
                                "host-oom-kill",
                                "copied `vmstat`: one process more killed",
                                host -> host.proc().change("vmstat", text -> counted(text, "oom_kill", 1)),
                                host -> {})
                        .warning("AvatarOomKill"),
                of(
                                "host-cpu-pressure",
                                "copied `pressure/cpu`: processes wait all the time",
                                host -> Repeating.every(
                                        1000,
                                        number -> host.proc()
                                                .change(
                                                        "pressure/cpu",
                                                        text -> increased(text, "total=(\\d+)", 1_000_000)),
                                        () -> {}))
                        .warning("AvatarHostCpuHigh", 34, "60 % of the rule window (56 s here) must be waited"),
                of(
                                "network-errors",
                                "copied `net/dev`: 50 errors in 150 packets per second",
                                host -> Repeating.every(1000, number -> traffic(host, 100, 50, 0), () -> {}))
                        .warning("AvatarNetworkErrors"),
                of(
                                "network-drops",
                                "copied `net/dev`: 100 packets dropped per second",
                                host -> Repeating.every(1000, number -> traffic(host, 100, 0, 100), () -> {}))
                        .warning("AvatarNetworkDrops", 8, "10 drops per second over the rule window (80 s here)"),
                of(
                                "file-descriptors-high",
                                "copied `file-nr`: 95 % of the maximum allocated",
                                host -> host.proc()
                                        .replace(
                                                "sys/fs/file-nr",
                                                "95000\t0\t100000\n".getBytes(StandardCharsets.US_ASCII)),
                                host -> host.proc().restore("sys/fs/file-nr"))
                        .warning("AvatarFileDescriptorsHigh"),
                of(
                                "clock-step",
                                "the exporter's clock is set forward by 30 s",
                                host -> host.clock().set(30),
                                host -> host.clock().set(0))
                        .warning("AvatarClockSkew"),
                of(
                                "clock-behind",
                                "the exporter's clock is set back by 700 s",
                                host -> host.clock().set(-700),
                                host -> host.clock().set(0))
                        .warning("AvatarClockSkew")
                        .warning("AvatarCollectorStale"),
                of(
                                "host-file-garbled",
                                "copied `meminfo` is binary",
                                host -> host.proc().replace(MEMORY, new byte[] {0, 1, (byte) 0xff}),
                                host -> host.proc().restore(MEMORY))
                        .warning("AvatarHostCollectorFailing")
                        .mayRaise("AvatarInputMissing"),
                of(
                        "host-entry-garbled",
                        "one line of the copied `net/dev` is garbled",
                        host -> host.proc().append(NETWORK, "garbled\n"),
                        host -> host.proc().restore(NETWORK)),
                of(
                        "cpu-time-decreases",
                        "copied `stat`: idle time decreases, as on real machines",
                        host -> host.proc().dipCpuTime(),
                        host -> host.proc().restore("stat")),
                of(
                        "equal-sensors",
                        "two hwmon chips with one name",
                        host -> chips(host.sys()),
                        host -> removeChips(host.sys())));
    }

    private static List<HostFault> disks() {
        return List.of(
                of(
                                "data-disk-full",
                                "a further file system is filled",
                                host -> host.disk().fill(),
                                host -> host.disk().empty())
                        .critical("AvatarDiskHigh")
                        .inhibited("AvatarDiskHigh", "warning")
                        .mayRaise(DISK_TREND),
                of(
                                "inodes-used",
                                "a file system without free inodes",
                                host -> host.disk().fillInodes(),
                                host -> host.disk().empty())
                        .critical("AvatarInodesHigh")
                        .inhibited("AvatarInodesHigh", "warning")
                        .mayRaise(DISK_TREND),
                of(
                                "disk-filling-up",
                                "a file grows by 64 KiB per second",
                                host -> Repeating.every(
                                        1000,
                                        number -> host.disk().grow(64 << 10),
                                        () -> host.disk().empty()))
                        .warning(DISK_TREND),
                of(
                                "file-system-read-only",
                                "a file system is mounted read-only",
                                host -> {
                                    host.disk().remount(true);
                                    host.showMounts("");
                                },
                                host -> {
                                    host.disk().remount(false);
                                    host.showMounts("");
                                })
                        .critical("AvatarFileSystemReadOnly"),
                of("file-system-failing", "the server of a FUSE mount is stopped", host -> {
                            FuseMounts mounts = FuseMounts.mount(host.sandbox(), 1)
                                    .orElseThrow(() -> new Fault.NotPossibleException(
                                            "a FUSE mount requires bindfs, /dev/fuse and root"));
                            host.showMounts(mounts.lines());
                            Thread.sleep(3000);
                            mounts.signal("STOP");
                            return () -> {
                                mounts.signal("CONT");
                                host.showMounts("");
                                mounts.close();
                            };
                        })
                        .warning("AvatarFileSystemFailing", 3, "the mount is seen before its server is stopped"),
                of("odd-mount-point", "a mount point with a carriage return in its name", host -> {
                    Path odd =
                            Files.createDirectories(host.sandbox().directory().resolve("odd\rname"));
                    host.showMounts("/dev/odd " + odd + " ext4 rw 0 0\n");
                    return () -> host.showMounts("");
                }));
    }

    private static void available(MonitoredHost host, LongUnaryOperator ofTotalKib) throws IOException {
        host.proc().change(MEMORY, text -> {
            long total = Long.parseLong(text.lines()
                    .filter(line -> line.startsWith("MemTotal:"))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("\\D", ""));
            return text.replaceAll(
                    "(?m)^MemAvailable:.*$",
                    String.format(Locale.ROOT, "MemAvailable: %d kB", ofTotalKib.applyAsLong(total)));
        });
    }

    private static String counted(String text, String name, long more) {
        return increased(text, "(?m)^" + name + " (\\d+)$", more);
    }

    /** Adds {@code more} to the number in the first group of each match. */
    private static String increased(String text, String pattern, long more) {
        return Pattern.compile(pattern)
                .matcher(text)
                .replaceAll((MatchResult match) ->
                        match.group().replace(match.group(1), Long.toString(Long.parseLong(match.group(1)) + more)));
    }

    /** Adds received packets, errors and drops to an interface {@code eth9}. */
    private static void traffic(MonitoredHost host, long packets, long errors, long drops) throws IOException {
        String name = "  eth9:";
        host.proc().change(NETWORK, text -> {
            long[] old = text.lines()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).strip().split(" +", -1))
                    .findFirst()
                    .map(fields ->
                            new long[] {Long.parseLong(fields[1]), Long.parseLong(fields[2]), Long.parseLong(fields[3])
                            })
                    .orElse(new long[3]);
            return text.replaceAll("(?m)^" + name + ".*\\R", "")
                    + String.format(
                            Locale.ROOT,
                            "%s %d %d %d %d 0 0 0 0 1000 10 0 0 0 0 0 0%n",
                            name,
                            old[0] * 100,
                            old[0] + packets + errors,
                            old[1] + errors,
                            old[2] + drops);
        });
    }

    private static void chips(Path sys) throws IOException {
        for (String chip : List.of("hwmon0", "hwmon1")) {
            Path directory = Files.createDirectories(sys.resolve("class/hwmon").resolve(chip));
            Files.writeString(directory.resolve("name"), "twin\n");
            Files.writeString(directory.resolve("temp1_input"), "45000\n");
        }
    }

    private static void removeChips(Path sys) throws IOException {
        try (DirectoryStream<Path> chips = Files.newDirectoryStream(sys.resolve("class/hwmon"))) {
            for (Path chip : chips) {
                Files.delete(chip.resolve("name"));
                Files.delete(chip.resolve("temp1_input"));
                Files.delete(chip);
            }
        }
    }
}
