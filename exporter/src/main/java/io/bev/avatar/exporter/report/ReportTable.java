package io.bev.avatar.exporter.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats reports for the terminal: one line per result, followed by its problems, and a summary. */
public final class ReportTable {

    private final TerminalFormat terminal;

    public ReportTable(TerminalFormat terminal) {
        this.terminal = terminal;
    }

    /**
     * Lines of the table, without line terminators; the last has the number of results with each status, such as
     * {@code 4 ok, 1 warning}.
     *
     * @param counted the statuses that this report may have
     */
    public List<String> lines(Report<?> report, Status... counted) {
        List<String> lines = new ArrayList<>();
        report.results().forEach(result -> lines.addAll(lines(result, result.name(), result.summary())));
        lines.add("");
        String counts = Stream.of(counted)
                .map(status -> report.count(status) + " " + status.word())
                .collect(Collectors.joining(", "));
        String summary = report.subject() + ": " + report.status().word();
        lines.add("  " + terminal.paint(report.status().tone(), summary) + "  (" + counts + ")");
        return lines;
    }

    /** Lines of one result under a heading of the caller. */
    public List<String> lines(Result result, String name, String summary) {
        List<String> lines = new ArrayList<>(terminal.entry(result.status().tone(), name, summary));
        for (Problem problem : result.problems()) {
            if (!problem.found().equals(result.summary())) {
                lines.addAll(terminal.detail("found", problem.found()));
            }
            lines.addAll(terminal.detail("expected", problem.expected()));
            lines.addAll(terminal.detail("remedy", problem.remedy()));
        }
        return lines;
    }
}
