package io.bev.avatar.exporter.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.exporter.report.Problem;
import io.bev.avatar.exporter.report.ReportJson;
import io.bev.avatar.exporter.report.Status;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON form of reports and results: enum values in lower case, times in ISO 8601.
 *
 * <pre>
 * {"schema":1,"at":"2026-01-01T00:00:00Z","host":"gpu-07","status":"warning",
 *  "counts":{"ok":4,"skipped":0,"warning":1,"critical":0},
 *  "results":[{"check":"gpu","status":"warning","summary":"GPU 0 83 °C, memory 41.0 %",
 *    "problems":[{"status":"warning","found":"...","expected":"at most 80 °C","remedy":"..."}],
 *    "values":{"temperature_celsius:0":83.0}}]}
 * </pre>
 */
public final class HealthJson {

    /** Schema version of the document. */
    private static final int SCHEMA = 1;

    private HealthJson() {}

    /** A report as one line of JSON. */
    public static String write(HealthReport report) {
        ObjectNode document = header(report);
        ReportJson.putCounts(
                document.putObject("counts"),
                report.report(),
                Status.OK,
                Status.SKIPPED,
                Status.WARNING,
                Status.CRITICAL);
        ArrayNode results = document.putArray("results");
        report.results().forEach(result -> fill(results.addObject(), result));
        return ReportJson.text(document);
    }

    /** One result of a report as one line of JSON. */
    static String write(HealthReport report, HealthResult result) {
        ObjectNode document = header(report);
        fill(document, result);
        return ReportJson.text(document);
    }

    /** @throws IOException if the text is not a report of this schema version */
    static HealthReport read(String text) throws IOException {
        JsonNode document = ReportJson.read(text);
        if (document.path("schema").asInt() != SCHEMA) {
            throw new IOException("schema: found " + document.path("schema") + ", expected " + SCHEMA);
        }
        try {
            List<HealthResult> results = new ArrayList<>();
            document.path("results").forEach(result -> results.add(result(result)));
            return HealthReport.of(
                    Instant.parse(document.path("at").asText()),
                    document.path("host").asText(),
                    results);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException("not a report: " + e.getMessage(), e);
        }
    }

    private static ObjectNode header(HealthReport report) {
        return ReportJson.document()
                .put("schema", SCHEMA)
                .put("at", report.at().toString())
                .put("host", report.host())
                .put("status", report.status().word());
    }

    private static void fill(ObjectNode node, HealthResult result) {
        node.put("check", result.name()).put("status", result.status().word()).put("summary", result.summary());
        ArrayNode problems = node.putArray("problems");
        for (Problem problem : result.problems()) {
            ReportJson.put(problems.addObject(), problem);
        }
        ObjectNode values = node.putObject("values");
        result.values().forEach(values::put);
    }

    private static HealthResult result(JsonNode node) {
        List<Problem> problems = new ArrayList<>();
        for (JsonNode problem : node.path("problems")) {
            problems.add(new Problem(
                    status(problem),
                    problem.path("found").asText(),
                    problem.path("expected").asText(),
                    problem.path("remedy").asText()));
        }
        Map<String, Double> values = new LinkedHashMap<>();
        node.path("values")
                .properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().asDouble()));
        return new HealthResult(
                node.path("check").asText(), status(node), node.path("summary").asText(), problems, values);
    }

    private static Status status(JsonNode node) {
        return Status.of(node.path("status").asText());
    }
}
