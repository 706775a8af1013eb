package io.bev.avatar.exporter.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.exporter.health.HealthResult.Problem;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private HealthJson() {}

    /** A report as one line of JSON. */
    public static String write(HealthReport report) {
        ObjectNode document = header(report);
        ObjectNode counts = document.putObject("counts");
        for (HealthStatus status : HealthStatus.values()) {
            counts.put(status.word(), report.count(status));
        }
        ArrayNode results = document.putArray("results");
        report.results().forEach(result -> fill(results.addObject(), result));
        return text(document);
    }

    /** One result of a report as one line of JSON. */
    static String write(HealthReport report, HealthResult result) {
        ObjectNode document = header(report);
        fill(document, result);
        return text(document);
    }

    /** @throws IOException if the text is not a report of this schema version */
    static HealthReport read(String text) throws IOException {
        JsonNode document;
        try {
            document = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("not JSON: " + e.getOriginalMessage(), e);
        }
        if (document.path("schema").asInt() != HealthReport.SCHEMA) {
            throw new IOException("schema: found " + document.path("schema") + ", expected " + HealthReport.SCHEMA);
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
        return JSON.createObjectNode()
                .put("schema", HealthReport.SCHEMA)
                .put("at", report.at().toString())
                .put("host", report.host())
                .put("status", report.status().word());
    }

    private static void fill(ObjectNode node, HealthResult result) {
        node.put("check", result.check()).put("status", result.status().word()).put("summary", result.summary());
        ArrayNode problems = node.putArray("problems");
        for (Problem problem : result.problems()) {
            problems.addObject()
                    .put("status", problem.status().word())
                    .put("found", problem.found())
                    .put("expected", problem.expected())
                    .put("remedy", problem.remedy());
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

    private static HealthStatus status(JsonNode node) {
        return HealthStatus.valueOf(node.path("status").asText().toUpperCase(Locale.ROOT));
    }

    private static String text(ObjectNode document) {
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot serialise a tree of strings and numbers", e);
        }
    }
}
