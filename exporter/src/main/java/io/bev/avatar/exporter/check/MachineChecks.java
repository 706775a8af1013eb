package io.bev.avatar.exporter.check;

import static io.bev.avatar.exporter.check.Sizes.gb;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
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

/** Checks user, directory permissions, free disk space and available memory. */
public final class MachineChecks implements Check {

    private static final Pattern UID = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");

    private final CheckConfig config;
    private final Path proc;
    private final String user;
    private final Map<String, Path> directories;
    private final boolean writes;

    /** Checks for a user who writes to the directories. */
    MachineChecks(CheckConfig config, Path proc, String user, Map<String, Path> directories) {
        this(config, proc, user, directories, true);
    }

    /**
     * @param proc path of procfs
     * @param user name of the current user
     * @param directories directories that are written to, by purpose
     * @param writes whether the current user writes to them
     */
    public MachineChecks(CheckConfig config, Path proc, String user, Map<String, Path> directories, boolean writes) {
        this.config = config;
        this.proc = proc;
        this.user = user;
        this.directories = new LinkedHashMap<>(directories);
        this.writes = writes;
    }

    @Override
    public String name() {
        return "machine";
    }

    @Override
    public List<CheckResult> run() throws IOException {
        List<CheckResult> results = new ArrayList<>();
        results.add(user());
        if (writes) {
            directories.forEach((use, directory) -> results.add(writable(use, directory)));
        }
        results.add(disk());
        results.add(memory());
        return results;
    }

    private CheckResult user() throws IOException {
        Matcher uid = UID.matcher(BoundedFiles.readString(proc.resolve("self/status")));
        boolean root = uid.find() && uid.group(1).equals("0");
        if (config.user().isPresent()) {
            String wanted = config.user().get();
            return CheckResult.of(
                    user.equals(wanted),
                    "user",
                    user,
                    wanted + " (exporter.check.user)",
                    "run as that user: sudo -u " + wanted + " ...");
        }
        String expected = "any user except root";
        return root
                ? CheckResult.warning("user", "root", expected, "run as a dedicated user; only gpu-setup requires root")
                : CheckResult.ok("user", user, expected);
    }

    private static CheckResult writable(String use, Path directory) {
        String name = "directory-" + use;
        String expected = "a directory writable by this user";
        Path existing = existing(directory);
        String remedy = "make " + directory + " writable (chown or chmod), or configure another directory";
        if (!Files.isDirectory(existing)) {
            return CheckResult.failure(name, existing + " is not a directory", expected, remedy);
        }
        try {
            Path probe = Files.createTempFile(existing, ".avatar-check", "");
            Files.delete(probe);
        } catch (IOException e) {
            return CheckResult.failure(name, ErrorText.of(e), expected, remedy);
        }
        String found = existing.equals(directory.toAbsolutePath()) ? "" : " (does not exist yet, can be created)";
        return CheckResult.ok(name, directory + found, expected);
    }

    private CheckResult disk() throws IOException {
        double min = config.diskFreeGb() * Sizes.GB;
        Path minDirectory = Path.of("").toAbsolutePath();
        double free = Double.MAX_VALUE;
        for (Path directory : directories.values()) {
            Path existing = existing(directory);
            FileStore store = Files.getFileStore(existing);
            if (store.getUsableSpace() < free) {
                free = store.getUsableSpace();
                minDirectory = existing;
            }
        }
        return CheckResult.of(
                free >= min,
                "disk",
                gb(free) + " free at " + minDirectory,
                "at least " + gb(min),
                "free disk space there, or lower exporter.check.disk-free-gb");
    }

    private CheckResult memory() throws IOException {
        double min = config.memoryAvailableGb() * Sizes.GB;
        Matcher line = AVAILABLE.matcher(BoundedFiles.readString(proc.resolve("meminfo")));
        if (!line.find()) {
            throw new IOException(proc.resolve("meminfo") + " has no MemAvailable");
        }
        double available = Long.parseLong(line.group(1)) * 1024.0;
        return CheckResult.of(
                available >= min,
                "memory",
                gb(available) + " available",
                "at least " + gb(min),
                "stop other processes (list: 'ps aux --sort=-rss | head'), or lower"
                        + " exporter.check.memory-available-gb");
    }

    /** The directory, or its nearest existing parent. */
    private static Path existing(Path directory) {
        Path existing = directory.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing;
    }
}
