package io.bev.avatar.exporter.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.io.IOException;

/** Parts of the JSON form that all reports share. */
public final class ReportJson {

    private ReportJson() {}

    /** An empty document. */
    public static ObjectNode document() {
        return JsonTrees.object();
    }

    /** Adds the number of results with each status. */
    public static void putCounts(ObjectNode node, Report<?> report, Status... statuses) {
        for (Status status : statuses) {
            node.put(status.word(), report.count(status));
        }
    }

    /** Adds {@code status}, {@code found}, {@code expected} and {@code remedy}. */
    public static void put(ObjectNode node, Problem problem) {
        node.put("status", problem.status().word())
                .put("found", problem.found())
                .put("expected", problem.expected())
                .put("remedy", problem.remedy());
    }

    /** The document as one line. */
    public static String text(ObjectNode document) {
        return JsonTrees.write(document);
    }

    /** @throws IOException if the text is not JSON */
    public static JsonNode read(String text) throws IOException {
        try {
            return JsonTrees.JSON.read(text);
        } catch (JsonProcessingException e) {
            throw new IOException("not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
