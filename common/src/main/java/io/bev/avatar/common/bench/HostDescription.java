package io.bev.avatar.common.bench;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Description of the machine that a measurement ran on. */
public final class HostDescription {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final String UNKNOWN = "unknown";

    private HostDescription() {}

    /**
     * Result {@code machine}: the cores that Java may use; beside them processor, memory, operating system, Java, and how many
     * threads were ready to run in the last minute, which is what a reader must know of before believing a wall time.
     */
    public static Measurement describe() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cpu", value(text(CPU_INFO), "model name").orElse(UNKNOWN));
        details.put("memory", memory(text(MEMORY_INFO)));
        details.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        details.put("arch", System.getProperty("os.arch"));
        details.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        details.put("load", text(LOAD).split(" ", 2)[0].strip());
        return new Measurement("machine", Runtime.getRuntime().availableProcessors(), "cores", details);
    }

    /** One sentence for documents. */
    public static String sentence() {
        Measurement machine = describe();
        return String.format(
                Locale.ROOT,
                "%d cores of %s, %s, %s, %s",
                (long) machine.value(),
                machine.details().get("cpu"),
                machine.details().get("memory"),
                machine.details().get("os"),
                machine.details().get("java"));
    }

    /** Total memory from {@code /proc/meminfo}. */
    static String memory(String memoryInfo) {
        String digits = value(memoryInfo, "MemTotal").orElse("").replaceAll("\\D", "");
        return digits.isEmpty()
                ? "unknown memory"
                : String.format(Locale.ROOT, "%.1f GiB", Long.parseLong(digits) / (1024.0 * 1024));
    }

    /** Value after the colon of the first line that begins with {@code name}. */
    static Optional<String> value(String lines, String name) {
        return lines.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private static String text(Path file) {
        try {
            return BoundedFiles.readString(file);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
