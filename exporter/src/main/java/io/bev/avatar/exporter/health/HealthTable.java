package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.terminal.TerminalFormat;
import io.bev.avatar.exporter.terminal.TerminalFormat.Tone;
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
    private final ZoneId zone;

    public HealthTable(TerminalFormat terminal, ZoneId zone) {
        this.terminal = terminal;
        this.zone = zone;
    }

    /** The complete report. */
    public List<String> lines(HealthReport report) {
        List<String> lines = new ArrayList<>();
        report.results().forEach(result -> lines.addAll(lines(result)));
        lines.add("");
        lines.add("  "
                + terminal.paint(
                        tone(report.status()),
                        report.host() + ": " + report.status().word()) + "  ("
                + report.count(HealthStatus.OK) + " ok, " + report.count(HealthStatus.WARNING) + " warning, "
                + report.count(HealthStatus.CRITICAL) + " critical, " + report.count(HealthStatus.SKIPPED)
                + " skipped)");
        return lines;
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
                lines.addAll(terminal.entry(
                        tone(is.status()),
                        time + " " + is.check(),
                        was.status().word() + " -> " + is.status().word() + ": " + is.summary()));
                problems(is, lines);
            }
        }
        return lines;
    }

    private List<String> lines(HealthResult result) {
        List<String> lines = new ArrayList<>(terminal.entry(tone(result.status()), result.check(), result.summary()));
        problems(result, lines);
        return lines;
    }

    private void problems(HealthResult result, List<String> lines) {
        result.problems().forEach(problem -> {
            lines.addAll(terminal.detail("found", problem.found()));
            lines.addAll(terminal.detail("expected", problem.expected()));
            lines.addAll(terminal.detail("remedy", problem.remedy()));
        });
    }

    private static Tone tone(HealthStatus status) {
        return switch (status) {
            case OK -> Tone.GOOD;
            case SKIPPED -> Tone.NONE;
            case WARNING -> Tone.WARNING;
            case CRITICAL -> Tone.BAD;
        };
    }
}
