package io.bev.avatar.bench.fleet;

import io.bev.avatar.bench.fleet.FleetMeasurement.Figure;
import io.bev.avatar.bench.fleet.FleetMeasurement.GroupTime;
import io.bev.avatar.bench.fleet.FleetMeasurement.QueryTime;
import java.time.LocalDate;
import java.util.Locale;

/** Documentation page of the measurement. */
final class FleetPage {

    private static final int SLOWEST = 10;

    private FleetPage() {}

    /** Markdown. */
    static String of(FleetMeasurement measured, double minutes, String machine, LocalDate day) {
        StringBuilder page = new StringBuilder(String.format(Locale.ROOT, """
            # A fleet on one Prometheus

            `./avatar bench fleet --docs` generated this page on %s, on %s. The simulated hosts and all other load ran
            on the same machine. Each host returns all series of a real exporter, with its own labels and values; of
            a hundred hosts one is down and one has a hot GPU. Prometheus uses the shipped rules and `alerting-rules/examples/fleet.yml`
            (15 s), and scraped the fleet for %.0f minutes. Dashboard queries are those of all shipped dashboards, for all hosts
            together, over that time.

            | measurement | value |
            |---|---:|
            """, day, machine, minutes));
        for (Figure figure : measured.figures()) {
            page.append(String.format(Locale.ROOT, "| %s | %s |%n", figure.name(), shown(figure)));
        }
        page.append(String.format(
                Locale.ROOT,
                "| dashboard queries: median, p90, slowest of %d | %.3f, %.3f, %.3f s |%n",
                measured.queries().size(),
                measured.querySeconds(0.5),
                measured.querySeconds(0.9),
                measured.querySeconds(1)));
        page.append("""

                Longest evaluation of each rule group, in the second half of that time:

                | group | s | interval, s |
                |---|---:|---:|
                """);
        for (GroupTime group : measured.groups()) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %.3f | %.0f%s |%n",
                    group.group(),
                    group.longestSeconds(),
                    group.intervalSeconds(),
                    group.isInTime() ? "" : " **too slow**"));
        }
        page.append("\nSlowest dashboard queries:\n\n| panel | s | series |\n|---|---:|---:|\n");
        for (QueryTime query : measured.queries().stream().limit(SLOWEST).toList()) {
            page.append(String.format(
                    Locale.ROOT, "| %s | %.3f | %d |%n", query.query().panel(), query.seconds(), query.series()));
        }
        return page.toString();
    }

    private static String shown(Figure figure) {
        if (figure.unit().equals("bytes")) {
            return String.format(Locale.ROOT, "%.2f GB", figure.value() / 1e9);
        }
        String format = figure.value() == Math.rint(figure.value()) ? "%,.0f %s" : "%,.2f %s";
        return String.format(Locale.ROOT, format, figure.value(), figure.unit());
    }
}
