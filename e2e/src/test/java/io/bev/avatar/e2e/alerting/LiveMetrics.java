package io.bev.avatar.e2e.alerting;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import io.bev.avatar.e2e.dashboards.Dashboards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that the metrics used by rules, dashboards and runbooks exist in a live Prometheus with the expected type. */
public final class LiveMetrics {

    /** Series that may be absent on a healthy machine, with the reason. */
    private static final Map<String, String> NOT_ALWAYS = Map.of(
            "avatar_exporter_nvml_error|nvidia_gpu_reading_error_since_timestamp_seconds",
                    "only while a GPU or a metric of it cannot be read",
            "nvidia_gpu_xid_.*", "only after an XID error",
            "avatar_exporter_threshold", "only for thresholds that the host overrides",
            "systemd_.*", "only where systemd runs",
            "redis_master_link_up", "only on a replica",
            "avatar_renderer_(speech_.*|wanted_height_pixels)",
                    "only if speech is on, and while a viewer reports its size",
            "avatar_mcp_(response_seconds|info)|probe_ssl_earliest_cert_expiry",
                    "only where there is an MCP server, or a certificate",
            "node_(pressure|disk|network|hwmon|thermal|rapl)_.*", "a container may lack them",
            "avatar_renderer_state_updates_rejected_total", "only after a bad update",
            "avatar_renderer_gpu_.*|avatar_renderer_context_.*", "only if the renderer uses a GPU");

    private static final Pattern IN_RUNBOOK =
            Pattern.compile("`([a-z_]+:[a-z_0-9:]+|(?:avatar|node|nvidia|redis|systemd)_[a-z_0-9]+)");

    private static final Set<String> OF_COUNTERS = Set.of("rate", "irate", "increase");
    private static final Set<String> TYPES_OF_GAUGES = Set.of("gauge", "info", "stateset", "unknown", "untyped");
    /** Functions that apply to metrics of any type. */
    private static final Set<String> OF_ANY = Set.of("absent", "count", "group", "changes", "resets");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Set<String> names;
    private final Set<String> recorded = new HashSet<>();

    /**
     * @param metadata Prometheus' response to {@code /api/v1/metadata}
     * @param names its response to {@code /api/v1/label/__name__/values}
     */
    public LiveMetrics(JsonNode metadata, JsonNode names) {
        metadata.path("data")
                .properties()
                .forEach(family -> types.put(
                        family.getKey(), family.getValue().path(0).path("type").asText()));
        this.names = new HashSet<>();
        names.path("data").forEach(name -> this.names.add(name.asText()));
        RuleFiles.rules().stream().filter(rule -> !rule.alert()).map(Rule::name).forEach(recorded::add);
    }

    /** Descriptions of used metrics that are absent or have another type. */
    public Set<String> problems() throws IOException {
        Set<String> problems = new TreeSet<>();
        for (Map.Entry<String, String> named : expressions().entrySet()) {
            for (String name : new HashSet<>(RuleFiles.series(named.getValue()))) {
                missing(name).ifPresent(problem -> problems.add(named.getKey() + ": " + problem));
                problems.addAll(ofWrongType(named.getKey(), named.getValue(), name));
            }
        }
        try (var files = Files.list(RuleFiles.DIRECTORY.resolve("runbooks"))) {
            for (Path file : files.toList()) {
                Matcher name = IN_RUNBOOK.matcher(Files.readString(file));
                while (name.find()) {
                    missing(name.group(1)).ifPresent(problem -> problems.add(file.getFileName() + ": " + problem));
                }
            }
        }
        return problems;
    }

    /** Number of used series that exist, to verify that the check covers any. */
    public long found() {
        return expressions().values().stream()
                .flatMap(expression -> RuleFiles.series(expression).stream())
                .distinct()
                .filter(name -> names.contains(name) && !recorded.contains(name))
                .count();
    }

    private static Map<String, String> expressions() {
        Map<String, String> expressions = new LinkedHashMap<>();
        RuleFiles.rules()
                .forEach(rule ->
                        expressions.merge(rule.file() + ", " + rule.id(), rule.expression(), (a, b) -> a + "\n" + b));
        Dashboards.queries()
                .forEach(query -> expressions.merge(query.panel(), query.expression(), (a, b) -> a + "\n" + b));
        return expressions;
    }

    private java.util.Optional<String> missing(String name) {
        boolean known = names.contains(name)
                || recorded.contains(name)
                || name.matches("ALERTS|ALERTS_FOR_STATE")
                || NOT_ALWAYS.keySet().stream().anyMatch(name::matches);
        return known ? java.util.Optional.empty() : java.util.Optional.of(name + " is not there");
    }

    private List<String> ofWrongType(String where, String expression, String name) {
        String type = type(name);
        List<String> problems = new ArrayList<>();
        if (type.isEmpty()) {
            return problems; // recorded, generated by Prometheus, or absent: see missing()
        }
        // The function whose first argument is the selector, if any, and the name as a whole word.
        Matcher uses = Pattern.compile(
                        "(?:\\b([a-z_]+)\\(\\s*)?(?<![a-zA-Z0-9_:\"$])" + Pattern.quote(name) + "(?![a-zA-Z0-9_:(])")
                .matcher(expression);
        while (uses.find()) {
            String function = uses.group(1) == null ? "" : uses.group(1);
            // vmstat counters are untyped, as in node_exporter.
            boolean fits = OF_ANY.contains(function)
                    || (OF_COUNTERS.contains(function)
                            ? type.equals("counter") || name.startsWith("node_vmstat_")
                            : TYPES_OF_GAUGES.contains(type));
            if (!fits) {
                problems.add(where + ": " + (function.isEmpty() ? "plain " : function + " of ") + name + ", a " + type);
            }
        }
        return problems;
    }

    /** Series of histograms and summaries are counters. */
    private String type(String name) {
        for (String family : List.of(name, name.replaceFirst("_total$", ""))) {
            if (types.containsKey(family)) {
                return types.get(family);
            }
        }
        String base = name.replaceFirst("_(bucket|sum|count)$", "");
        return types.getOrDefault(base, "").matches("histogram|summary") ? "counter" : "";
    }
}
