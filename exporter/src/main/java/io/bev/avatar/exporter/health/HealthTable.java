package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.report.ReportTable;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.exporter.report.TerminalFormat;
import io.bev.avatar.exporter.report.TerminalFormat.Tone;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats reports for the terminal: one line per check, followed by its problems. */
public final class HealthTable {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final TerminalFormat terminal;
    private final ReportTable table;
    private final ZoneId zone;

    public HealthTable(TerminalFormat terminal, ZoneId zone) {
        this.terminal = terminal;
        this.table = new ReportTable(terminal);
        this.zone = zone;
    }

    /** The complete report. */
    public List<String> lines(HealthReport health) {
        return table.lines(health.report(), Status.OK, Status.WARNING, Status.CRITICAL, Status.SKIPPED);
    }

    /** Line with the age of a report. */
    public String age(Duration age, boolean stale) {
        String text = "  " + DurationFormat.format(age) + " old";
        return stale ? terminal.paint(Tone.WARNING, text + ", stale: run './avatar health once' to refresh") : text;
    }

    /** Checks whose status differs from the previous report. */
    public List<String> changes(HealthReport before, HealthReport now) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < now.results().size(); i++) {
            HealthResult was = before.results().get(i);
            HealthResult is = now.results().get(i);
            if (was.status() != is.status()) {
                String time = TIME.format(now.at().atZone(zone));
                lines.addAll(table.lines(
                        is,
                        time + " " + is.name(),
                        was.status().word() + " -> " + is.status().word() + ": " + is.summary()));
            }
        }
        return lines;
    }
}
