package io.bev.avatar.exporter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which metrics of public dashboards and rules this exporter reports, as a page of the documentation. Inputs are lists of
 * metric names, one file each, and this exporter's golden files.
 */
final class DashboardCoverage {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)[ {]");
    private static final Pattern REASON = Pattern.compile("(\\S+) (option|kernel|no) (.+)");

    private enum Kind {
        REPORTED("reported by default"),
        OPTION("reported with a setting"),
        KERNEL("reported if the kernel has the value"),
        NO("not reported");

        private final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    private record Reason(Pattern names, Kind kind, String text) {}

    private final Set<String> own;
    private final List<Reason> reasons;

    private DashboardCoverage(Set<String> own, List<Reason> reasons) {
        this.own = own;
        this.reasons = reasons;
    }

    /**
     * @param lists directory of the lists and of {@code reasons.txt}
     * @param golden directory of this exporter's golden files
     */
    static String page(Path lists, Path golden) throws IOException {
        Set<String> own = new TreeSet<>();
        for (Path file : files(golden, ".prom")) {
            Matcher sample = SAMPLE.matcher(Files.readString(file));
            while (sample.find()) {
                own.add(sample.group(1));
            }
        }
        List<Reason> reasons = new ArrayList<>();
        for (String line : Files.readAllLines(lists.resolve("reasons.txt"))) {
            Matcher reason = REASON.matcher(line);
            if (!line.startsWith("#") && reason.matches()) {
                reasons.add(new Reason(
                        Pattern.compile(reason.group(1)),
                        Kind.valueOf(reason.group(2).toUpperCase(Locale.ROOT)),
                        reason.group(3)));
            }
        }
        DashboardCoverage coverage = new DashboardCoverage(own, reasons);
        StringBuilder summary = new StringBuilder();
        StringBuilder sections = new StringBuilder();
        for (Path file : files(lists, ".txt")) {
            if (!file.endsWith("reasons.txt")) {
                coverage.add(Files.readString(file), summary, sections);
            }
        }
        return """
                # Metrics of public dashboards and rules

                Metric names that dashboards and rules for node_exporter, redis_exporter, dcgm-exporter, nvidia_gpu_exporter and the JVM use, and
                whether this exporter reports them. This page is generated from lists of names and from the golden files of the tests; `mvn test
                -Dtest='*Golden*' -Dgolden.update=true` recreates it, and a test fails when it is out of date or when a name is absent without a
                reason. Series depend on the machine: [exporter-parity](../exporter-parity.md).

                | dashboard or rules | names | reported by default | with a setting | if the kernel has it | not reported |
                |---|---|---|---|---|---|
                """ + summary + sections;
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private void add(String list, StringBuilder summary, StringBuilder sections) {
        int end = list.indexOf('\n');
        String title = list.substring(2, end);
        Map<Kind, Map<String, Set<String>>> names = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            names.put(kind, new LinkedHashMap<>());
        }
        for (String name : new TreeSet<>(List.of(list.substring(end).strip().split("\\s+", -1)))) {
            Reason reason = reason(name);
            names.computeIfAbsent(reason.kind(), kind -> new LinkedHashMap<>())
                    .computeIfAbsent(reason.text(), text -> new TreeSet<>())
                    .add(name);
        }
        List<Integer> counts = names.values().stream()
                .map(reasons -> reasons.values().stream().mapToInt(Set::size).sum())
                .toList();
        summary.append("| ")
                .append(title)
                .append(" | ")
                .append(counts.stream().mapToInt(n -> n).sum());
        counts.forEach(count -> summary.append(" | ").append(count));
        summary.append(" |\n");
        sections.append("\n## ").append(title).append('\n');
        names.forEach((kind, reasons) -> reasons.forEach((text, all) -> sections.append("\n- ")
                .append(kind.title)
                .append(text.isEmpty() ? "" : " (" + text + ")")
                .append(": ")
                .append(all.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", ")))));
        sections.append('\n');
    }

    private Reason reason(String name) {
        boolean reported = own.contains(name);
        Optional<Reason> found = reasons.stream()
                .filter(reason -> reason.names().matcher(name).matches())
                .filter(reason -> reported == (reason.kind() == Kind.OPTION))
                .findFirst();
        if (found.isEmpty() && !reported) {
            throw new AssertionError(
                    name + " is not in the golden files: report it, or give the reason in reasons.txt");
        }
        return found.orElseGet(() -> new Reason(Pattern.compile(name), Kind.REPORTED, ""));
    }
}
