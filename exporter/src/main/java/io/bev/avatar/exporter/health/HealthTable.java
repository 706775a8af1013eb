package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.terminal.TerminalFormat;
import io.bev.avatar.exporter.terminal.TerminalFormat.Tone;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reports as lines: one a check, and below it what is not well. */
public final class HealthTable {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final TerminalFormat screen;
    private final ZoneId zone;

    public HealthTable(TerminalFormat screen, ZoneId zone) {
        this.screen = screen;
        this.zone = zone;
    }

    /** The whole report. */
    public List<String> lines(HealthReport report) {
        List<String> lines = new ArrayList<>();
        report.results().forEach(result -> lines.addAll(lines(result)));
        lines.add("");
        lines.add("  "
                + screen.paint(
                        tone(report.status()),
                        report.host() + ": " + report.status().word()) + "  ("
                + report.count(HealthStatus.OK) + " ok, " + report.count(HealthStatus.WARNING) + " warning, "
                + report.count(HealthStatus.CRITICAL) + " critical, " + report.count(HealthStatus.SKIPPED)
                + " skipped)");
        return lines;
    }

    /** How old a report is. */
    public String age(Duration age, boolean stale) {
        String text = "  " + DurationFormat.words(age) + " old";
        return stale
                ? screen.paint(Tone.WARNING, text + ", no longer to be trusted: './avatar health once' makes another")
                : text;
    }

    /** What differs from the round before: a check that came out otherwise, or has other problems. */
    public List<String> changes(HealthReport before, HealthReport now) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < now.results().size(); i++) {
            HealthResult was = before.results().get(i);
            HealthResult is = now.results().get(i);
            if (was.status() != is.status()) {
                String time = TIME.format(now.at().atZone(zone));
                lines.addAll(screen.entry(
                        tone(is.status()),
                        time + " " + is.check(),
                        was.status().word() + " -> " + is.status().word() + ": " + is.summary()));
                problems(is, lines);
            }
        }
        return lines;
    }

    private List<String> lines(HealthResult result) {
        List<String> lines = new ArrayList<>(screen.entry(tone(result.status()), result.check(), result.summary()));
        problems(result, lines);
        return lines;
    }

    private void problems(HealthResult result, List<String> lines) {
        result.problems().forEach(problem -> {
            lines.addAll(screen.detail("found", problem.found()));
            lines.addAll(screen.detail("expected", problem.expected()));
            lines.addAll(screen.detail("remedy", problem.remedy()));
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
