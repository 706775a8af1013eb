package io.bev.avatar.e2e.dashboards;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Source of a dashboard: {@code grafana/sources/dashboards/NAME.yml}.
 *
 * @param title after "Avatar: "
 * @param variables variables in addition to data source, job and host; {@code values} is the argument of {@code label_values}
 * @param rows panels by the title of their row, from top to bottom
 * @param logs the last row
 */
record DashboardSource(
        String title,
        String about,
        @Nullable List<Variable> variables,
        Map<String, List<PanelSource>> rows,
        @Nullable Logs logs) {

    static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * A collapsed row with log lines from Loki, and with the commands that show them without it.
     *
     * @param units systemd units, as a regular expression of LogQL
     * @param commands shell commands, one a line
     */
    record Logs(String units, String commands) {}

    /** A variable with the values of a label. */
    record Variable(String name, String label, String values) {}

    DashboardSource {
        Objects.requireNonNull(title, "a dashboard without title");
        Objects.requireNonNull(about, () -> title + ": without `about`");
        Objects.requireNonNull(rows, () -> title + ": without `rows`");
        variables = variables == null ? List.of() : variables;
    }

    static DashboardSource read(Path file) throws IOException {
        return YAML.readValue(Files.readString(file), DashboardSource.class);
    }

    static ObjectNode readTree(Path file) throws IOException {
        return (ObjectNode) YAML.readTree(Files.readString(file));
    }
}
