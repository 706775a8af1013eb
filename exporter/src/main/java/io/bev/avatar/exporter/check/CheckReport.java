package io.bev.avatar.exporter.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;

/**
 * Results of one run of checks.
 *
 * @param subject {@code gpu}, {@code dependencies} or {@code prestart}
 * @param results in display order
 */
public record CheckReport(String subject, List<CheckResult> results) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public CheckReport {
        results = List.copyOf(results);
    }

    /** Worst status of all results. */
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

    /** Number of results with {@code status}. */
    public long count(Status status) {
        return results.stream().filter(result -> result.status() == status).count();
    }

    /**
     * The report as one JSON object.
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
            throw new IllegalStateException("cannot serialise a tree of strings and numbers", e);
        }
    }
}
