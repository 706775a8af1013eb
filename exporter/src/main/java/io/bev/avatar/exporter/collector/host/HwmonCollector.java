package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code node_hwmon_*{chip,sensor}} from {@code /sys/class/hwmon} (kernel document: hwmon/sysfs-interface). Chips are
 * named by their position on the bus, as in node_exporter, because their numbers change between boots. Of several chips
 * of one device, those after the first have their own name and, if needed, number appended.
 */
final class HwmonCollector implements HostSubcollector {

    private static final Pattern FILE = Pattern.compile("([^0-9]+)([0-9]*)(?:_(.+))?");
    private static final Set<String> TYPES = Set.of(
            "vrm",
            "beep_enable",
            "update_interval",
            "in",
            "cpu",
            "fan",
            "pwm",
            "temp",
            "curr",
            "power",
            "energy",
            "humidity",
            "intrusion",
            "freq");
    private static final Pattern UNUSABLE = Pattern.compile("[^a-z0-9:_]");
    private static final Pattern OUTER_UNDERSCORES = Pattern.compile("^_+|_+$");

    /** Directory of a chip, its name in metrics and in its driver. */
    private record Chip(Path directory, String name, String driverName) {}

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Path chips = files.sys().resolve("class/hwmon");
        HostFiles.requireEntries(chips);
        List<Chip> found = new ArrayList<>();
        for (Path directory : HostFiles.directories(chips)) {
            try {
                String driverName =
                        clean(HostFiles.attribute(directory.resolve("name")).orElse(""));
                found.add(new Chip(directory, chipName(directory, driverName), driverName));
            } catch (IOException e) {
                files.skip(directory.toString(), e);
            }
        }
        found.sort(Comparator.comparing(Chip::name).thenComparing(Chip::driverName));
        Set<String> names = new HashSet<>();
        for (Chip chip : found) {
            try {
                write(chip, unique(chip, names), out);
            } catch (IOException e) {
                files.skip(chip.directory.toString(), e);
            }
        }
    }

    private static String unique(Chip chip, Set<String> taken) {
        String named = chip.name + "_" + chip.driverName;
        for (String name : List.of(chip.name, named, named + "_" + clean(HostFiles.name(chip.directory)))) {
            if (taken.add(name)) {
                return name;
            }
        }
        throw new IllegalStateException("directories have distinct names: " + chip.directory);
    }

    private static void write(Chip chip, String name, MetricSink out) throws IOException {
        if (!chip.driverName.isEmpty()) {
            out.gauge(
                    "node_hwmon_chip_names",
                    "Annotation metric for human-readable chip names",
                    1,
                    "chip",
                    name,
                    "chip_name",
                    chip.driverName);
        }
        Map<String, Map<String, String>> sensors = new TreeMap<>();
        addSensors(chip.directory, sensors);
        addSensors(chip.directory.resolve("device"), sensors);
        sensors.forEach((sensor, elements) -> writeSensor(name, sensor, elements, out));
    }

    /** Adds the attributes by sensor, such as {@code temp1}, and element, such as {@code input}. */
    private static void addSensors(Path directory, Map<String, Map<String, String>> sensors) throws IOException {
        for (Path file : HostFiles.entries(directory)) {
            Matcher name = FILE.matcher(HostFiles.name(file));
            if (name.matches() && TYPES.contains(name.group(1)) && Files.isRegularFile(file)) {
                String element = name.group(3) == null ? "" : name.group(3);
                // A sensor that is disabled or suspended returns an error and has no value.
                Optional<String> value = HostFiles.attribute(file);
                value.ifPresent(
                        text -> sensors.computeIfAbsent(name.group(1) + number(name.group(2)), s -> new TreeMap<>())
                                .put(element, text));
            }
        }
    }

    /** node_exporter writes a sensor without a number as number 0. */
    private static String number(String digits) {
        return digits.isEmpty() ? "0" : digits.replaceFirst("^0+(?=\\d)", "");
    }

    private static void writeSensor(String chip, String sensor, Map<String, String> elements, MetricSink out) {
        String type = sensor.replaceFirst("[0-9]+$", "");
        String[] labels = {"chip", chip, "sensor", sensor};
        String label = elements.getOrDefault("label", "");
        if (!label.isEmpty()) {
            out.gauge(
                    "node_hwmon_sensor_label",
                    "Label for given chip and sensor",
                    1,
                    "chip",
                    chip,
                    "sensor",
                    sensor,
                    "label",
                    label);
        }
        elements.forEach((element, text) -> {
            if (!element.equals("label")) {
                parse(text).ifPresent(value -> write(type, element, value, elements, labels, out));
            }
        });
    }

    private static Optional<Double> parse(String text) {
        try {
            return Optional.of(Fields.decimal(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void write(
            String type, String element, double value, Map<String, String> elements, String[] labels, MetricSink out) {
        if (wholeFile(type, element, value, labels, out)) {
            return;
        }
        String name = "node_hwmon_" + type;
        if (element.equals("input")) {
            name += elements.containsKey("") ? "_input" : "";
        } else if (!element.isEmpty()) {
            name += "_" + clean(element);
        }
        String suffix = " (" + element + ")";
        switch (element) {
            case "fault", "alarm" -> {
                out.gauge(name, "Hardware sensor " + element + " status (" + type + ")", value, labels);
                return;
            }
            case "beep" -> {
                out.gauge(name + "_enabled", "Hardware monitor sensor has beeping enabled", value, labels);
                return;
            }
            default -> {}
        }
        switch (type) {
            case "in", "cpu" ->
                out.gauge(name + "_volts", "Hardware monitor for voltage" + suffix, value * 0.001, labels);
            case "temp" -> {
                if (element.equals("type")) {
                    raw(name, type, element, value, labels, out);
                } else {
                    out.gauge(
                            name + "_celsius",
                            "Hardware monitor for temperature (" + (element.isEmpty() ? "input" : element) + ")",
                            value * 0.001,
                            labels);
                }
            }
            case "curr" -> out.gauge(name + "_amps", "Hardware monitor for current" + suffix, value * 0.001, labels);
            case "energy" ->
                out.counter(
                        name + "_joule_total", "Hardware monitor for joules used so far" + suffix, value / 1e6, labels);
            case "power" -> power(name, element, value, labels, out);
            case "humidity" ->
                out.gauge(
                        name,
                        "Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as a percentage)"
                                + suffix,
                        value / 1e6,
                        labels);
            case "fan" -> {
                if (Set.of("input", "min", "max", "target").contains(element)) {
                    out.gauge(name + "_rpm", "Hardware monitor for fan revolutions per minute" + suffix, value, labels);
                } else {
                    raw(name, type, element, value, labels, out);
                }
            }
            case "freq" -> frequency(name, element, value, elements, labels, out);
            default -> raw(name, type, element, value, labels, out);
        }
    }

    /** Attributes of the whole chip. */
    private static boolean wholeFile(String type, String element, double value, String[] labels, MetricSink out) {
        switch (type) {
            case "beep_enable" ->
                out.gauge("node_hwmon_beep_enabled", "Hardware beep enabled", value == 1 ? 1 : 0, labels);
            case "vrm" ->
                out.gauge("node_hwmon_voltage_regulator_version", "Hardware voltage regulator", value, labels);
            case "update_interval" ->
                out.gauge(
                        "node_hwmon_update_interval_seconds",
                        "Hardware monitor update interval",
                        value * 0.001,
                        labels);
            default -> {
                return false;
            }
        }
        return element.isEmpty();
    }

    private static void power(String name, String element, double value, String[] labels, MetricSink out) {
        if (element.equals("accuracy")) {
            out.gauge(name, "Hardware monitor power meter accuracy, as a ratio", value / 1e6, labels);
        } else if (element.matches("average_interval(_min|_max)?")) {
            out.gauge(
                    name + "_seconds",
                    "Hardware monitor power usage update interval (" + element + ")",
                    value * 0.001,
                    labels);
        } else {
            out.gauge(
                    name + "_watt", "Hardware monitor for power usage in watts (" + element + ")", value / 1e6, labels);
        }
    }

    private static void frequency(
            String name, String element, double value, Map<String, String> elements, String[] labels, MetricSink out) {
        String label = elements.get("label");
        if (!element.equals("input")) {
            raw(name, "freq", element, value, labels, out);
        } else if (label != null) {
            out.gauge(
                    name + "_freq_mhz",
                    "Hardware monitor for GPU frequency in MHz",
                    value / 1e6,
                    "chip",
                    labels[1],
                    "sensor",
                    clean(label));
        }
    }

    private static void raw(String name, String type, String element, double value, String[] labels, MetricSink out) {
        out.gauge(name, "Hardware monitor " + type + " element " + element, value, labels);
    }

    private static String chipName(Path chip, String driverName) throws IOException {
        Path device = chip.resolve("device");
        if (Files.exists(device)) {
            Path real = device.toRealPath();
            String name = clean(HostFiles.name(real));
            String bus = real.getParent() == null ? "" : clean(HostFiles.name(real.getParent()));
            if (!name.isEmpty()) {
                return bus.isEmpty() ? name : bus + "_" + name;
            }
        }
        return driverName.isEmpty() ? clean(HostFiles.name(chip.toRealPath())) : driverName;
    }

    private static String clean(String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        return OUTER_UNDERSCORES
                .matcher(UNUSABLE.matcher(lower).replaceAll("_"))
                .replaceAll("");
    }
}
