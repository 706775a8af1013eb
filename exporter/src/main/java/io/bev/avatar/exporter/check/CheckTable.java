package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.report.Report;
import io.bev.avatar.exporter.report.ReportTable;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.exporter.report.TerminalFormat;
import java.util.List;

/** Formats reports for the terminal. */
public final class CheckTable {

    private final ReportTable table;

    public CheckTable(TerminalFormat terminal) {
        this.table = new ReportTable(terminal);
    }

    /** Lines of the table, without line terminators. */
    public List<String> lines(Report<CheckResult> report) {
        return table.lines(
                report,
                report.count(Status.OK) + " ok, " + counted(report.count(Status.WARNING), "warning") + ", "
                        + counted(report.count(Status.FAILURE), "failure"));
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
