package io.bev.avatar.exporter.check;

import static io.bev.avatar.exporter.check.Sizes.gb;

import io.bev.avatar.exporter.config.CheckConfig;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who runs it, where it writes, and what room there is. */
public final class MachineChecks implements Check {

    private static final Pattern UID = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");

    private final CheckConfig config;
    private final Path proc;
    private final String user;
    private final Map<String, Path> directories;

    /**
     * @param proc the proc file system
     * @param user name of who runs this
     * @param directories what is written to, by what it is for
     */
    public MachineChecks(CheckConfig config, Path proc, String user, Map<String, Path> directories) {
        this.config = config;
        this.proc = proc;
        this.user = user;
        this.directories = new LinkedHashMap<>(directories);
    }

    @Override
    public String name() {
        return "machine";
    }

    @Override
    public List<CheckResult> run() throws IOException {
        List<CheckResult> results = new ArrayList<>();
        results.add(user());
        directories.forEach((use, directory) -> results.add(writable(use, directory)));
        results.add(disk());
        results.add(memory());
        return results;
    }

    private CheckResult user() throws IOException {
        Matcher uid = UID.matcher(Files.readString(proc.resolve("self/status")));
        boolean root = uid.find() && uid.group(1).equals("0");
        if (config.user().isPresent()) {
            String wanted = config.user().get();
            return CheckResult.of(
                    user.equals(wanted),
                    "user",
                    user,
                    wanted + " (exporter.check.user)",
                    "run it as that user: sudo -u " + wanted + " ...");
        }
        String expected = "anybody but root";
        return root
                ? CheckResult.warning(
                        "user", "root", expected, "run it as a user of its own: only the GPU set-up needs root")
                : CheckResult.ok("user", user, expected);
    }

    private static CheckResult writable(String use, Path directory) {
        String name = "directory-" + use;
        String expected = "a directory that this user can write to";
        Path there = existing(directory);
        String remedy = "make " + directory + " writable: chown or chmod it, or configure another";
        if (!Files.isDirectory(there)) {
            return CheckResult.failure(name, there + " is no directory", expected, remedy);
        }
        try {
            Path probe = Files.createTempFile(there, ".avatar-check", "");
            Files.delete(probe);
        } catch (IOException e) {
            String why = e instanceof java.nio.file.AccessDeniedException ? "permission denied" : e.getMessage();
            return CheckResult.failure(name, directory + ": " + why, expected, remedy);
        }
        String found = there.equals(directory.toAbsolutePath()) ? "" : " (not there yet, can be made)";
        return CheckResult.ok(name, directory + found, expected);
    }

    private CheckResult disk() throws IOException {
        double least = config.diskFreeGb() * Sizes.GB;
        Path fullest = Path.of("").toAbsolutePath();
        double free = Double.MAX_VALUE;
        for (Path directory : directories.values()) {
            Path there = existing(directory);
            FileStore store = Files.getFileStore(there);
            if (store.getUsableSpace() < free) {
                free = store.getUsableSpace();
                fullest = there;
            }
        }
        return CheckResult.of(
                free >= least,
                "disk",
                gb(free) + " free at " + fullest,
                "at least " + gb(least),
                "free some space there, or lower exporter.check.disk-free-gb");
    }

    private CheckResult memory() throws IOException {
        double least = config.memoryAvailableGb() * Sizes.GB;
        Matcher line = AVAILABLE.matcher(Files.readString(proc.resolve("meminfo")));
        if (!line.find()) {
            throw new IOException(proc.resolve("meminfo") + " has no MemAvailable");
        }
        double available = Long.parseLong(line.group(1)) * 1024.0;
        return CheckResult.of(
                available >= least,
                "memory",
                gb(available) + " available",
                "at least " + gb(least),
                "stop what uses it ('ps aux --sort=-rss | head'), or lower exporter.check.memory-available-gb");
    }

    /** The directory, or the nearest one above it that is there. */
    private static Path existing(Path directory) {
        Path there = directory.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }
}
