package io.bev.avatar.common.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Hardware facts of this machine, without serial numbers. An unknown text is empty, an unknown number 0.
 *
 * @param memoryBytes installed memory that the system uses
 * @param system the whole computer, such as a server model
 * @param memoryModules readable by root only on most systems; otherwise empty
 */
public record Hardware(
        Processor processor,
        long memoryBytes,
        Model system,
        Model board,
        Firmware firmware,
        List<MemoryModule> memoryModules,
        List<GraphicsCard> graphicsCards) {

    /**
     * @param packages sockets
     * @param cores physical cores
     * @param threads logical processors
     */
    public record Processor(String model, String vendor, int packages, int cores, int threads) {}

    /** A computer or board. */
    public record Model(String manufacturer, String model, String version) {

        @Override
        public String toString() {
            return join(manufacturer, model, version);
        }
    }

    /** @param releaseDate as the vendor writes it, mostly {@code YYYY-MM-DD} */
    public record Firmware(String vendor, String version, String releaseDate) {

        @Override
        public String toString() {
            return join(vendor, version, releaseDate);
        }
    }

    /**
     * @param slot label of the slot on the board
     * @param type such as {@code DDR5}
     * @param hertz clock
     */
    public record MemoryModule(String slot, String manufacturer, String type, long bytes, long hertz) {}

    /** @param version driver or hardware version */
    public record GraphicsCard(String vendor, String name, String version) {

        @Override
        public String toString() {
            return join(vendor, name);
        }
    }

    public Hardware {
        memoryModules = List.copyOf(memoryModules);
        graphicsCards = List.copyOf(graphicsCards);
    }

    /** One line such as {@code Intel Xeon, 2 threads; 23.5 GiB memory; firmware SeaBIOS 1.16}; unknown parts are left out. */
    public String summary() {
        List<String> parts = new ArrayList<>();
        parts.add((processor.model.isEmpty() ? "unknown processor" : processor.model) + ", " + processor.cores
                + " cores, " + processor.threads + " threads");
        String memory = String.format(Locale.ROOT, "%.1f GiB memory", memoryBytes / (double) (1 << 30));
        parts.add(memory + (memoryModules.isEmpty() ? "" : " in " + memoryModules.size() + " modules"));
        add(parts, "system ", system.toString());
        add(parts, "board ", board.toString());
        add(parts, "firmware ", firmware.toString());
        graphicsCards.forEach(card -> add(parts, "graphics ", card.toString()));
        return String.join("; ", parts);
    }

    private static void add(List<String> parts, String name, String fact) {
        if (!fact.isEmpty()) {
            parts.add(name + fact);
        }
    }

    private static String join(String... facts) {
        List<String> known = new ArrayList<>(List.of(facts));
        known.removeIf(String::isEmpty);
        return String.join(" ", known);
    }
}
