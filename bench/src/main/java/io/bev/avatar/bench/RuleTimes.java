package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The {@code for} of each alert, as it ships. */
final class RuleTimes {

    private final Map<AlertKey, Duration> shipped;

    private RuleTimes(Map<AlertKey, Duration> shipped) {
        this.shipped = Map.copyOf(shipped);
    }

    /** Of several rules of one name and severity, the shortest. */
    static RuleTimes read(Path folder) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        Map<AlertKey, Duration> shipped = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.rules.yml")) {
            for (Path file : files) {
                for (JsonNode group : yaml.readTree(file.toFile()).path("groups")) {
                    for (JsonNode rule : group.path("rules")) {
                        AlertKey key = new AlertKey(
                                rule.path("alert").asText(),
                                rule.path("labels").path("severity").asText());
                        Duration wait = ShortenedRules.duration(rule.path("for").asText("0s"));
                        shipped.merge(key, wait, (a, b) -> a.compareTo(b) < 0 ? a : b);
                    }
                }
            }
        }
        return new RuleTimes(shipped);
    }

    /** Empty for an alert that no rule raises. */
    Optional<Duration> shipped(AlertKey alert) {
        return Optional.ofNullable(shipped.get(alert));
    }
}
