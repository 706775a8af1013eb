package io.bev.avatar.launcher.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What numbers were measured on. */
public final class Machine {

    private Machine() {}

    /** Result {@code machine}: the cores that Java may use, with processor, memory and operating system beside. */
    public static BenchLine describe() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cpu", value(Path.of("/proc/cpuinfo"), "model name"));
        details.put("memory", memory(value(Path.of("/proc/meminfo"), "MemTotal")));
        details.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        details.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        return new BenchLine("machine", Runtime.getRuntime().availableProcessors(), "cores", details);
    }

    /** One sentence for documents. */
    public static String sentence() {
        BenchLine machine = describe();
        return String.format(
                Locale.ROOT,
                "%d cores of %s, %s, %s, %s",
                (long) machine.value(),
                machine.details().get("cpu"),
                machine.details().get("memory"),
                machine.details().get("os"),
                machine.details().get("java"));
    }

    private static String memory(String kibibytes) {
        String digits = kibibytes.replaceAll("\\D", "");
        return digits.isEmpty()
                ? "unknown memory"
                : String.format(Locale.ROOT, "%.1f GiB", Long.parseLong(digits) / (1024.0 * 1024));
    }

    private static String value(Path file, String name) {
        try {
            return Files.readString(file)
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
