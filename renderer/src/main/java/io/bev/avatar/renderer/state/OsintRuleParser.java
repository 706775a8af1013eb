package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.config.Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Parses the list {@code osint.rules}; errors are reported as configuration problems with their key. */
final class OsintRuleParser {

    private static final Set<String> RULE_KEYS = Set.of("when", "priority", "emotion", "intensity", "decay-seconds");
    private static final Set<String> CONDITIONS = Set.of(
            "activity",
            "progress-at-least",
            "findings-at-least",
            "threat-at-least",
            "threat-below",
            "new-findings",
            "new-investigation",
            "keywords");
    private static final double DEFAULT_INTENSITY = 0.7;
    private static final int MAX_PRIORITY = 100;
    private static final int MAX_DECAY_SECONDS = 3600;
    private static final int MAX_KEYWORDS = 100;
    private static final int MAX_KEYWORD = 64;

    private final Config config;

    OsintRuleParser(Config config) {
        this.config = config;
    }

    List<OsintRule> rules(JsonNode list) {
        List<OsintRule> rules = new ArrayList<>();
        if (!list.isArray()) {
            config.problem("osint.rules", list.toString(), "a list of rules");
            return rules;
        }
        for (int i = 0; i < list.size(); i++) {
            rule("osint.rules[" + i + "]", list.get(i)).ifPresent(rules::add);
        }
        return rules;
    }

    private Optional<OsintRule> rule(String key, JsonNode rule) {
        if (!rule.isObject()) {
            config.problem(key, rule.toString(), "a mapping with emotion, intensity and when");
            return Optional.empty();
        }
        unknownKeys(key, rule, RULE_KEYS);
        JsonNode when = rule.path("when");
        String at = key + ".when";
        if (when.isObject()) {
            unknownKeys(at, when, CONDITIONS);
        } else if (!when.isMissingNode() && !when.isNull()) {
            config.problem(at, when.toString(), "a mapping of conditions");
        }
        Optional<Emotion> emotion = Emotion.of(rule.path("emotion").asText());
        if (emotion.isEmpty()) {
            config.problem(key + ".emotion", shown(rule.path("emotion")), "one of " + labels(Emotion.values()));
        }
        return Optional.of(new OsintRule(
                activities(at + ".activity", when.path("activity")),
                number(at, when, "progress-at-least", 1),
                findings(at, when),
                number(at, when, "threat-at-least", 1),
                number(at, when, "threat-below", 1),
                flag(at, when, "new-findings"),
                flag(at, when, "new-investigation"),
                keywords(at + ".keywords", when.path("keywords")),
                (int) number(key, rule, "priority", MAX_PRIORITY).orElse(0),
                emotion.orElse(Emotion.NEUTRAL),
                number(key, rule, "intensity", 1).orElse(DEFAULT_INTENSITY),
                number(key, rule, "decay-seconds", MAX_DECAY_SECONDS).stream()
                        .filter(seconds -> seconds > 0)
                        .findFirst()));
    }

    private Set<String> keywords(String key, JsonNode node) {
        Set<String> keywords = new TreeSet<>();
        if (node.isMissingNode() || node.isNull()) {
            return keywords;
        }
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            String words = OsintRule.words(item.asText());
            if (!item.isTextual() || words.isBlank() || words.length() > MAX_KEYWORD) {
                config.problem(key, item.toString(), "words of at most " + (MAX_KEYWORD - 2) + " characters");
            } else {
                keywords.add(words);
            }
        }
        if (node.isArray() && (node.isEmpty() || node.size() > MAX_KEYWORDS)) {
            config.problem(key, node.size() + " words", "1 to " + MAX_KEYWORDS);
        }
        return keywords;
    }

    private void unknownKeys(String key, JsonNode node, Set<String> known) {
        node.properties().forEach(entry -> {
            if (!known.contains(entry.getKey())) {
                config.problem(
                        key + "." + entry.getKey(),
                        entry.getValue().toString(),
                        "unknown key; one of " + String.join(", ", new TreeSet<>(known)));
            }
        });
    }

    private Set<Activity> activities(String key, JsonNode node) {
        EnumSet<Activity> activities = EnumSet.noneOf(Activity.class);
        if (node.isMissingNode() || node.isNull()) {
            return activities;
        }
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            Activity.of(item.asText())
                    .ifPresentOrElse(
                            activities::add,
                            () -> config.problem(key, item.toString(), "one of " + labels(Activity.values())));
        }
        return activities;
    }

    private OptionalInt findings(String key, JsonNode when) {
        return number(key, when, "findings-at-least", StateDocument.MAX_FINDINGS).stream()
                .mapToInt(n -> (int) Math.ceil(n))
                .findFirst();
    }

    private OptionalDouble number(String key, JsonNode node, String name, double max) {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) {
            return OptionalDouble.empty();
        }
        if (value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= max) {
            return OptionalDouble.of(value.doubleValue());
        }
        config.problem(key + "." + name, value.toString(), "a number from 0 to " + (long) max);
        return OptionalDouble.empty();
    }

    private boolean flag(String key, JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            config.problem(key + "." + name, value.toString(), "true or false");
        }
        return value.asBoolean();
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() ? "nothing" : node.toString();
    }

    private static String labels(Enum<?>[] constants) {
        Stream<Enum<?>> all = Arrays.stream(constants);
        return all.map(c -> c.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", "));
    }
}
