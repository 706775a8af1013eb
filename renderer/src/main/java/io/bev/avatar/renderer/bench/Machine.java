package io.bev.avatar.renderer.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a number was measured on. */
public final class Machine {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** Result {@code machine}: the cores that Java may use, with processor, operating system and Java beside. */
    public static BenchResult describe() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cpu", processor());
        details.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        details.put("arch", System.getProperty("os.arch"));
        details.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        return new BenchResult("machine", Runtime.getRuntime().availableProcessors(), "cores", details);
    }

    private static String processor() {
        try {
            return modelName(Files.readString(CPU_INFO));
        } catch (IOException e) {
            return "unknown (" + e + ")";
        }
    }

    /** The first {@code model name} of a {@code /proc/cpuinfo}. */
    static String modelName(String cpuInfo) {
        return cpuInfo.lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
