package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code node_hwmon_temp_celsius{chip,sensor}} from {@code /sys/class/hwmon} (kernel document: hwmon/sysfs-interface).
 * Chips are named by their position on the bus, like in node_exporter, because their numbers change between boots.
 */
final class HwmonCollector implements HostSubcollector {

    private static final Pattern INPUT = Pattern.compile("(temp\\d+)_input");
    private static final Pattern UNUSABLE = Pattern.compile("[^a-z0-9:_]");
    private static final Pattern OUTER_UNDERSCORES = Pattern.compile("^_+|_+$");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        for (Path chip : HostFiles.entries(files.sys().resolve("class/hwmon"))) {
            String name = chipName(chip);
            for (Path file : HostFiles.entries(chip)) {
                Matcher input = INPUT.matcher(file.getFileName().toString());
                if (input.matches()) {
                    temperature(file)
                            .ifPresent(celsius -> out.gauge(
                                    "node_hwmon_temp_celsius",
                                    "Hardware monitor for temperature (input)",
                                    celsius,
                                    "chip",
                                    name,
                                    "sensor",
                                    input.group(1)));
                }
            }
        }
    }

    /** A sensor that is disabled or suspended returns an error and has no temperature. */
    private static Optional<Double> temperature(Path file) {
        try {
            return HostFiles.optional(file).map(text -> Integer.parseInt(text.strip()) / 1000.0);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String chipName(Path chip) throws IOException {
        Path device = chip.resolve("device");
        if (device.toFile().exists()) {
            Path real = device.toRealPath();
            String name = clean(real.getFileName());
            String bus =
                    clean(real.getParent() == null ? null : real.getParent().getFileName());
            if (!name.isEmpty()) {
                return bus.isEmpty() ? name : bus + "_" + name;
            }
        }
        String named = clean(HostFiles.optional(chip.resolve("name")).orElse(""));
        return named.isEmpty() ? clean(chip.toRealPath().getFileName()) : named;
    }

    private static String clean(@Nullable Object name) {
        String lower = name == null ? "" : name.toString().strip().toLowerCase(Locale.ROOT);
        return OUTER_UNDERSCORES
                .matcher(UNUSABLE.matcher(lower).replaceAll("_"))
                .replaceAll("");
    }
}
