package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.terminal.TerminalFormat;
import io.bev.avatar.exporter.terminal.TerminalFormat.Tone;
import java.util.ArrayList;
import java.util.List;

/** Formats a report for the terminal: one line per check, followed by expectation and remedy if it is not OK. */
public final class CheckTable {

    private final TerminalFormat terminal;

    public CheckTable(TerminalFormat terminal) {
        this.terminal = terminal;
    }

    /** Lines of the table, without line terminators. */
    public List<String> lines(CheckReport report) {
        List<String> lines = new ArrayList<>();
        for (CheckResult result : report.results()) {
            lines.addAll(terminal.entry(tone(result.status()), result.name(), result.found()));
            if (result.status() != Status.OK) {
                lines.addAll(terminal.detail("expected", result.expected()));
                lines.addAll(terminal.detail("remedy", result.remedy()));
            }
        }
        lines.add("");
        lines.add("  "
                + terminal.paint(
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
