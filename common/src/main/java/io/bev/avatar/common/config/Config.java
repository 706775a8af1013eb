package io.bev.avatar.common.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as read from {@code avatar.yaml} and the environment.
 *
 * <p>Readers take values by dotted key; each read consumes its key and answers the default when the value is bad, noting
 * the problem. {@link #finish} then reports every problem at once, unread keys of the owned sections included. An
 * environment variable overrides the file: {@code renderer.jpeg-quality} is {@code BEV_RENDERER_JPEG_QUALITY}, and a
 * reader may name others that are kept for compatibility. An empty variable counts as not set.
 *
 * <p>Renderer and exporter share the file: each validates the sections that it owns and leaves the others to theirs.
 */
public final class Config {

    /** Every top-level section that some process owns. */
    public static final Set<String> SECTIONS = Set.of(
            "renderer",
            "stream",
            "page",
            "gpu",
            "gpu-setup",
            "state",
            "osint",
            "expression",
            "redis",
            "logging",
            "exporter",
            "mcp",
            "stack");

    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h|d)");

    private final JsonNode root;
    private final String fileName;
    private final Map<String, String> environment;
    private final Set<String> consumed = new HashSet<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    private Config(JsonNode root, String fileName, Map<String, String> environment) {
        this.root = root;
        this.fileName = fileName;
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads the file that {@code BEV_AVATAR_CONFIG} names; without that variable, only environment and defaults count.
     *
     * @throws ConfigException when the file cannot be read or is not a YAML mapping
     */
    public static Config load(Map<String, String> environment) {
        String path = environment.getOrDefault("BEV_AVATAR_CONFIG", "");
        return path.isBlank() ? of("", "defaults", environment) : load(Path.of(path), environment);
    }

    /** Reads {@code file}; see {@link #load(Map)}. */
    public static Config load(Path file, Map<String, String> environment) {
        try {
            return of(BoundedFiles.readString(file), file.toString(), environment);
        } catch (IOException e) {
            throw broken(file.toString(), ErrorText.of(e), "a readable YAML file", e);
        }
    }

    /** Parses {@code yaml}; {@code name} appears as origin in problems. */
    public static Config of(String yaml, String name, Map<String, String> environment) {
        try {
            JsonNode tree = JsonTrees.YAML.read(yaml);
            if (tree.isMissingNode() || tree.isNull()) {
                tree = JsonTrees.object();
            }
            if (!tree.isObject()) {
                throw broken(name, "a " + tree.getNodeType(), "a mapping of sections", null);
            }
            return new Config(tree, name, environment);
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw broken(name, e.getOriginalMessage() + where, "valid YAML", e);
        }
    }

    private static ConfigException broken(String file, String found, String expected, @Nullable Exception cause) {
        ConfigException failure = new ConfigException(List.of(new ConfigProblem("(file)", found, expected, file)));
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }

    /** A string; surrounding blanks removed. */
    public String text(String key, String fallback, String... variables) {
        return value(key, variables).map(Value::text).orElse(fallback);
    }

    /** A string that may be absent. */
    public Optional<String> optionalText(String key, String... variables) {
        return value(key, variables).map(Value::text).filter(s -> !s.isEmpty());
    }

    /** An integer in {@code [min, max]}. */
    public int integer(String key, int fallback, int min, int max, String... variables) {
        return value(key, variables)
                .map(v -> {
                    try {
                        int n = Integer.parseInt(v.text());
                        if (n >= min && n <= max) {
                            return n;
                        }
                    } catch (NumberFormatException e) {
                        // reported below, with the range
                    }
                    problem(key, v, "an integer from " + min + " to " + max);
                    return fallback;
                })
                .orElse(fallback);
    }

    /** A finite number in {@code [min, max]}. */
    public double number(String key, double fallback, double min, double max, String... variables) {
        return value(key, variables)
                .map(v -> {
                    try {
                        double n = Double.parseDouble(v.text());
                        if (n >= min && n <= max) {
                            return n;
                        }
                    } catch (NumberFormatException e) {
                        // reported below, with the range
                    }
                    problem(key, v, "a number from " + min + " to " + max);
                    return fallback;
                })
                .orElse(fallback);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean fallback, String... variables) {
        return value(key, variables)
                .map(v -> {
                    String word = v.text().toLowerCase(Locale.ROOT);
                    if (word.equals("true") || word.equals("false")) {
                        return word.equals("true");
                    }
                    problem(key, v, "true or false");
                    return fallback;
                })
                .orElse(fallback);
    }

    /** A duration such as {@code 250ms}, {@code 5s}, {@code 2m} or {@code 1h} in {@code [min, max]}. */
    public Duration duration(String key, Duration fallback, Duration min, Duration max, String... variables) {
        return value(key, variables)
                .map(v -> {
                    Matcher match = DURATION.matcher(v.text());
                    if (match.matches()) {
                        Duration d = toDuration(Double.parseDouble(match.group(1)), match.group(2));
                        if (d.compareTo(min) >= 0 && d.compareTo(max) <= 0) {
                            return d;
                        }
                    }
                    problem(
                            key,
                            v,
                            "a duration from " + format(min) + " to " + format(max) + " such as 250ms, 5s, 2m, 1h");
                    return fallback;
                })
                .orElse(fallback);
    }

    /** One of an enum's constants, written in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback, String... variables) {
        return value(key, variables)
                .map(v -> {
                    String wanted = v.text().toUpperCase(Locale.ROOT).replace('-', '_');
                    List<String> names = new ArrayList<>();
                    for (E constant : type.getEnumConstants()) {
                        if (constant.name().equals(wanted)) {
                            return constant;
                        }
                        names.add(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
                    }
                    problem(key, v, "one of " + String.join(", ", names));
                    return fallback;
                })
                .orElse(fallback);
    }

    /** A list of strings; in an environment variable, separated by commas. */
    public List<String> texts(String key, List<String> fallback, String... variables) {
        JsonNode node = tree(key);
        Optional<Value> override = override(key, variables);
        if (override.isPresent()) {
            return List.of(override.get().text().split("\\s*,\\s*"));
        }
        if (node.isMissingNode() || node.isNull()) {
            return fallback;
        }
        if (!node.isArray()) {
            problem(key, node.toString(), "a list");
            return fallback;
        }
        List<String> items = new ArrayList<>();
        node.forEach(item -> items.add(item.asText()));
        return List.copyOf(items);
    }

    /** The raw subtree at {@code key}, consumed whole; a missing node when absent. For structures such as rules. */
    public JsonNode tree(String key) {
        JsonNode node = find(key);
        consumeAll(key, node);
        return node;
    }

    /** Notes a problem that a reader found itself. */
    public void problem(String key, String found, String expected) {
        problems.add(new ConfigProblem(key, found, expected, fileName));
    }

    /**
     * Ends reading.
     *
     * @param owned the top-level sections whose unread keys are mistakes
     * @throws ConfigException with every problem found
     */
    public void finish(String... owned) {
        Set<String> mine = Set.of(owned);
        root.properties().forEach(section -> {
            String name = section.getKey();
            if (!SECTIONS.contains(name)) {
                problem(name, "an unknown section", "one of " + String.join(", ", new TreeSet<>(SECTIONS)));
            } else if (mine.contains(name)) {
                reportUnread(name, section.getValue());
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private void reportUnread(String path, JsonNode node) {
        boolean isEmptySection = node.isNull() && !path.contains(".");
        if (consumed.contains(path) || isEmptySection) {
            return;
        }
        if (node.isObject() && (!node.isEmpty() || !path.contains("."))) {
            node.properties().forEach(child -> reportUnread(path + "." + child.getKey(), child.getValue()));
        } else if (!path.contains(".")) {
            problem(path, node.toString(), "a section, its keys below it and indented");
        } else {
            problem(path, node.toString(), "a known key: remove it or fix its name");
        }
    }

    private record Value(String text, String origin) {}

    private Optional<Value> value(String key, String... variables) {
        JsonNode node = find(key);
        consumed.add(key);
        Optional<Value> override = override(key, variables);
        if (override.isPresent()) {
            return override;
        }
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isValueNode()) {
            problem(key, node.toString(), "a single value");
            return Optional.empty();
        }
        return Optional.of(new Value(node.asText().strip(), fileName));
    }

    private Optional<Value> override(String key, String... variables) {
        List<String> names = new ArrayList<>(List.of(variables));
        names.add(variable(key));
        for (String name : names) {
            String set = environment.get(name);
            if (set != null && !set.isBlank()) {
                return Optional.of(new Value(set.strip(), "environment variable " + name));
            }
        }
        return Optional.empty();
    }

    /** The environment variable that overrides {@code key}. */
    public static String variable(String key) {
        return "BEV_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private JsonNode find(String key) {
        JsonNode node = root;
        for (String part : key.split("\\.", -1)) {
            node = node.path(part);
        }
        return node;
    }

    private void consumeAll(String path, JsonNode node) {
        consumed.add(path);
        if (node instanceof MissingNode) {
            return;
        }
        node.properties().forEach(child -> consumeAll(path + "." + child.getKey(), child.getValue()));
    }

    private void problem(String key, Value value, String expected) {
        problems.add(new ConfigProblem(key, "'" + value.text() + "'", expected, value.origin()));
    }

    private static Duration toDuration(double amount, String unit) {
        double seconds = switch (unit) {
            case "ms" -> amount / 1000;
            case "m" -> amount * 60;
            case "h" -> amount * 3600;
            case "d" -> amount * 86400;
            default -> amount;
        };
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private static String format(Duration d) {
        return d.toMillis() < 1000 ? d.toMillis() + "ms" : d.toSeconds() + "s";
    }
}
