package io.bev.avatar.common.bench;

import io.bev.avatar.common.hardware.Hardware;
import io.bev.avatar.common.hardware.OshiHardware;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Description of the machine that a measurement ran on. */
public final class HostDescription {

    private static final Logger LOG = LoggerFactory.getLogger(HostDescription.class);

    private static final long TIMEOUT_MILLIS = 15_000;
    private static final String UNKNOWN = "unknown";

    private HostDescription() {}

    /**
     * Result {@code machine}: the cores that Java may use; beside them processor, memory, board, firmware, graphics cards,
     * operating system, Java, and how many threads were ready to run in the last minute, which is what a reader must know of
     * before believing a wall time. Facts that the machine does not give are left out.
     */
    public static Measurement describe() {
        Map<String, Object> details = new LinkedHashMap<>();
        Optional<Hardware> hardware = hardware();
        details.put(
                "cpu",
                hardware.map(h -> h.processor().model())
                        .filter(model -> !model.isEmpty())
                        .orElse(UNKNOWN));
        details.put("memory", hardware.map(h -> memory(h.memoryBytes())).orElse("unknown memory"));
        hardware.ifPresent(h -> {
            put(details, "board", h.board().toString());
            put(details, "firmware", h.firmware().toString());
            put(
                    details,
                    "graphics",
                    h.graphicsCards().stream()
                            .map(Hardware.GraphicsCard::toString)
                            .collect(Collectors.joining(", ")));
        });
        details.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        details.put("arch", System.getProperty("os.arch"));
        details.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        details.put(
                "load",
                String.format(
                        Locale.ROOT,
                        "%.2f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
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

    private static Optional<Hardware> hardware() {
        try {
            return Optional.of(OshiHardware.read(TIMEOUT_MILLIS));
        } catch (IOException e) {
            LOG.warn("Machine without hardware facts: {}", e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static void put(Map<String, Object> details, String name, String fact) {
        if (!fact.isEmpty()) {
            details.put(name, fact);
        }
    }

    private static String memory(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
    }
}
