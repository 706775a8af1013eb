package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.terminal.TerminalFormat;
import io.bev.avatar.exporter.terminal.TerminalFormat.Tone;
import java.util.ArrayList;
import java.util.List;

/** A report as lines: one a check, and below what is not well what was expected and what to do. */
public final class CheckTable {

    private final TerminalFormat screen;

    public CheckTable(TerminalFormat screen) {
        this.screen = screen;
    }

    /** The lines, without line ends. */
    public List<String> lines(CheckReport report) {
        List<String> lines = new ArrayList<>();
        for (CheckResult result : report.results()) {
            lines.addAll(screen.entry(tone(result.status()), result.name(), result.found()));
            if (result.status() != Status.OK) {
                lines.addAll(screen.detail("expected", result.expected()));
                lines.addAll(screen.detail("remedy", result.remedy()));
            }
        }
        lines.add("");
        lines.add("  "
                + screen.paint(
                        tone(report.status()),
                        report.subject() + ": " + report.status().word()) + "  ("
                + report.count(Status.OK) + " ok, " + counted(report.count(Status.WARNING), "warning") + ", "
                + counted(report.count(Status.FAILURE), "failure") + ")");
        return lines;
    }

    private static String counted(long count, String word) {
        return count + " " + word + (count == 1 ? "" : "s");
    }

    private static Tone tone(Status status) {
        return switch (status) {
            case OK -> Tone.GOOD;
            case WARNING -> Tone.WARNING;
            case FAILURE -> Tone.BAD;
        };
    }
}
