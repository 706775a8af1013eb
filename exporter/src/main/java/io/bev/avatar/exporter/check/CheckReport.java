package io.bev.avatar.exporter.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;

/**
 * The results of a run.
 *
 * @param subject {@code gpu}, {@code dependencies} or {@code prestart}
 * @param results in the order in which they are shown
 */
public record CheckReport(String subject, List<CheckResult> results) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public CheckReport {
        results = List.copyOf(results);
    }

    /** The worst of all results. */
    public Status status() {
        return results.stream()
                .map(CheckResult::status)
                .max(Comparator.naturalOrder())
                .orElse(Status.OK);
    }

    /** 0 ok, 1 warning, 2 failure. */
    public int exitCode() {
        return status().exitCode();
    }

    /** How many came out as {@code status}. */
    public long count(Status status) {
        return results.stream().filter(result -> result.status() == status).count();
    }

    /**
     * One JSON object.
     *
     * <pre>
     * {"check":"gpu","status":"failure","ok":0,"warning":0,"failure":1,
     *  "results":[{"name":"gpu-driver","status":"failure","found":"...","expected":"...","remedy":"..."}]}
     * </pre>
     */
    public String json() {
        ObjectNode document = JSON.createObjectNode();
        document.put("check", subject).put("status", status().word());
        for (Status status : Status.values()) {
            document.put(status.word(), count(status));
        }
        ArrayNode list = document.putArray("results");
        for (CheckResult result : results) {
            list.addObject()
                    .put("name", result.name())
                    .put("status", result.status().word())
                    .put("found", result.found())
                    .put("expected", result.expected())
                    .put("remedy", result.remedy());
        }
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers cannot be written", e);
        }
    }
}
