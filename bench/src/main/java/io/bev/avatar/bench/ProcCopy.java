package io.bev.avatar.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.UnaryOperator;

/** Copies of this machine's files in /proc, which a fault may change: the exporter sees the old content or the new one. */
final class ProcCopy {

    /** The mounts, as the exporter reads them. */
    static final String MOUNTS = "1/mounts";

    private static final List<String> FILES = List.of(
            "stat",
            "loadavg",
            "meminfo",
            "vmstat",
            "diskstats",
            MOUNTS,
            "net/dev",
            "net/netstat",
            "net/snmp",
            "net/sockstat",
            "pressure/cpu",
            "pressure/io",
            "pressure/memory",
            "sys/fs/file-nr",
            "sys/kernel/arch",
            "sys/kernel/ostype",
            "sys/kernel/osrelease",
            "sys/kernel/version",
            "sys/kernel/hostname",
            "sys/kernel/domainname");

    private static final int MAX_FILE = 1 << 20;

    private final Path directory;

    /** @param directory of the copies; created */
    ProcCopy(Path directory) throws IOException {
        this.directory = directory;
        for (String file : FILES) {
            if (Files.isReadable(original(file))) {
                restore(file);
            }
        }
    }

    Path directory() {
        return directory;
    }

    /** Copies a file again. */
    void restore(String file) throws IOException {
        try (InputStream in = Files.newInputStream(original(file))) {
            // In large reads: some files give their content in the first read only.
            replace(file, in.readNBytes(MAX_FILE));
        }
    }

    /** Mounts are those of this process, which may have its own namespace. */
    private static Path original(String file) {
        return Path.of("/proc", file.equals(MOUNTS) ? "self/mounts" : file);
    }

    /** Content of a copy; each byte is a character. */
    String read(String file) throws IOException {
        return Files.readString(directory.resolve(file), StandardCharsets.ISO_8859_1);
    }

    void replace(String file, byte[] content) throws IOException {
        Path target = directory.resolve(file);
        Files.createDirectories(target.resolve("..").normalize());
        Path fresh = Files.write(target.resolveSibling(target.getFileName() + ".new"), content);
        Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
    }

    void append(String file, String line) throws IOException {
        change(file, text -> text + line);
    }

    /** Replaces the content of a copy; each byte is a character. */
    void change(String file, UnaryOperator<String> edit) throws IOException {
        replace(file, edit.apply(read(file)).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Lets the idle time of each CPU decrease by 0.5 s, and counts 77 running processes. */
    void dipCpuTime() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : read("stat").lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (line.matches("cpu\\d+ .*")) {
                fields[4] = String.valueOf(Long.parseLong(fields[4]) - 50);
            } else if (fields[0].equals("procs_running")) {
                fields[1] = "77";
            }
            text.append(String.join(" ", fields)).append('\n');
        }
        replace("stat", text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
}
