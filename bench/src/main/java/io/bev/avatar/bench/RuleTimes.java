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
import java.util.Set;
import java.util.stream.Collectors;

/** Shipped {@code for} of each alert. */
final class RuleTimes {

    private final Map<AlertKey, Duration> shipped;

    private RuleTimes(Map<AlertKey, Duration> shipped) {
        this.shipped = Map.copyOf(shipped);
    }

    /** Reads the rules of a directory; for several rules with the same name and severity, the shortest {@code for} applies. */
    static RuleTimes read(Path directory) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        Map<AlertKey, Duration> shipped = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.rules.yml")) {
            for (Path file : files) {
                for (JsonNode group : yaml.readTree(file.toFile()).path("groups")) {
                    for (JsonNode rule : group.path("rules")) {
                        AlertKey key = new AlertKey(
                                rule.path("alert").asText(),
                                rule.path("labels").path("severity").asText());
                        Duration shippedFor =
                                ShortenedRules.duration(rule.path("for").asText("0s"));
                        shipped.merge(key, shippedFor, (a, b) -> a.compareTo(b) < 0 ? a : b);
                    }
                }
            }
        }
        return new RuleTimes(shipped);
    }

    /** Names of all alerts. */
    Set<String> names() {
        return shipped.keySet().stream()
                .map(AlertKey::name)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }

    /** Shipped {@code for}; empty for an alert without a rule. */
    Optional<Duration> shipped(AlertKey alert) {
        return Optional.ofNullable(shipped.get(alert));
    }
}
