package io.bev.avatar.exporter.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTableTest {

    private record Row(String name, Status status, String summary, List<Problem> problems) implements Result {}

    private final ReportTable table = new ReportTable(new TerminalFormat(80, false));

    @Test
    void lines_problems_followTheirResult() {
        Problem differs = new Problem(Status.WARNING, "disk is 91.0 %", "at most 80.0 %", "delete files");
        Problem same = new Problem(Status.FAILURE, "driver 470", "at least 535", "upgrade it");
        Report<Row> report = new Report<>(
                "host-1",
                List.of(
                        new Row("redis", Status.OK, "up", List.of()),
                        new Row("disk", Status.WARNING, "disk 91.0 %", List.of(differs)),
                        new Row("gpu-driver", Status.FAILURE, "driver 470", List.of(same)),
                        new Row("service", Status.SKIPPED, "skipped: no D-Bus", List.of())));

        assertThat(table.lines(report, Status.OK))
                .containsExactly(
                        "  ✓ redis                up",
                        "  ! disk                 disk 91.0 %",
                        "                         found     disk is 91.0 %",
                        "                         expected  at most 80.0 %",
                        "                         remedy    delete files",
                        "  ✗ gpu-driver           driver 470",
                        "                         expected  at least 535",
                        "                         remedy    upgrade it",
                        "  – service              skipped: no D-Bus",
                        "",
                        "  host-1: failure  (1 ok)");
    }

    @Test
    void status_isTheMostSevere() {
        assertThat(Status.worst(List.of())).isEqualTo(Status.OK);
        assertThat(Status.worst(List.of(Status.SKIPPED))).isEqualTo(Status.OK);
        assertThat(Status.worst(List.of(Status.WARNING, Status.CRITICAL, Status.OK)))
                .isEqualTo(Status.CRITICAL);
    }
}
