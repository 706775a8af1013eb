package io.bev.avatar.exporter.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.exporter.report.Report;
import io.bev.avatar.exporter.report.ReportJson;
import io.bev.avatar.exporter.report.Status;

/**
 * JSON form of reports.
 *
 * <pre>
 * {"check":"gpu","status":"failure","ok":0,"warning":0,"failure":1,
 *  "results":[{"name":"gpu-driver","status":"failure","found":"...","expected":"...","remedy":"..."}]}
 * </pre>
 */
public final class CheckJson {

    private CheckJson() {}

    /** A report as one line of JSON. */
    public static String write(Report<CheckResult> report) {
        ObjectNode document = ReportJson.document()
                .put("check", report.subject())
                .put("status", report.status().word());
        ReportJson.putCounts(document, report, Status.OK, Status.WARNING, Status.FAILURE);
        ArrayNode results = document.putArray("results");
        for (CheckResult result : report.results()) {
            ReportJson.put(results.addObject().put("name", result.name()), result.comparison());
        }
        return ReportJson.text(document);
    }
}
