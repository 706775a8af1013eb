package io.bev.avatar.exporter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.report.Report;
import io.bev.avatar.exporter.report.ReportTable;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.exporter.report.TerminalFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckJsonTest {

    private static final Report<CheckResult> REPORT = new Report<>(
            "gpu",
            List.of(
                    CheckResult.ok("gpu-cuda", "CUDA 12.6", "at least 12.0"),
                    CheckResult.failure("gpu-driver", "driver 470", "at least 535", "upgrade it")));

    @Test
    void json_hasCountsAndEveryField() {
        assertThat(CheckJson.write(REPORT))
                .isEqualTo(
                        "{\"check\":\"gpu\",\"status\":\"failure\",\"ok\":1,\"warning\":0,\"failure\":1,\"results\":["
                                + "{\"name\":\"gpu-cuda\",\"status\":\"ok\",\"found\":\"CUDA 12.6\","
                                + "\"expected\":\"at least 12.0\",\"remedy\":\"\"},"
                                + "{\"name\":\"gpu-driver\",\"status\":\"failure\",\"found\":\"driver 470\","
                                + "\"expected\":\"at least 535\",\"remedy\":\"upgrade it\"}]}");
    }

    @Test
    void table_endsWithCounts() {
        assertThat(new ReportTable(new TerminalFormat(80, false))
                        .lines(REPORT, Status.OK, Status.WARNING, Status.FAILURE))
                .endsWith("  gpu: failure  (1 ok, 0 warning, 1 failure)");
    }
}
