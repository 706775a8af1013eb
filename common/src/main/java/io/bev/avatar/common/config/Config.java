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
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    /** Every top-level section that some process owns, in the order of {@code avatar.yaml.example}. */
    public static final Set<String> SECTIONS = Collections.unmodifiableSet(new LinkedHashSet<>(List.of(
            "renderer",
            "stream",
            "page",
            "gpu",
            "state",
            "expression",
            "osint",
            "redis",
            "logging",
            "exporter",
            "gpu-setup",
            "mcp",
            "stack")));

    /** Former names of keys, which are read with a warning until the next release. */
    private static final Map<String, String> RENAMED =
            Map.of("gpu-setup.power-limit-watts", "exporter.check.power-limit-watts");

    /** Keys without effect, with what replaced them; a warning until the next release, then an error. */
    private static final Map<String, String> REMOVED = Map.of();

    private static final Logger LOG = LoggerFactory.getLogger(Config.class);

    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h|d)");

    private final JsonNode root;
    private final String yaml;
    private final String fileName;
    private final Map<String, String> environment;
    private final Set<String> consumed = new HashSet<>();
    private final Map<String, ConfigEntry> entries = new LinkedHashMap<>();
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    private Config(JsonNode root, String yaml, String fileName, Map<String, String> environment) {
        this.root = root;
        this.yaml = yaml;
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
            return new Config(tree, yaml, name, environment);
        } catch (JsonProcessingException e) {
            List<ConfigProblem> duplicates = duplicates(yaml, name);
            if (!duplicates.isEmpty()) {
                ConfigException failure = new ConfigException(duplicates);
                failure.initCause(e);
                throw failure;
            }
            String where =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw broken(name, e.getOriginalMessage() + where, "valid YAML", e);
        }
    }

    private static List<ConfigProblem> duplicates(String yaml, String name) {
        List<ConfigProblem> found = new ArrayList<>();
        YamlKeys.lines(yaml).forEach((key, lines) -> {
            if (lines.size() > 1) {
                String numbers = lines.stream().map(String::valueOf).collect(Collectors.joining(", "));
                found.add(
                        key.contains(".")
                                ? new ConfigProblem(
                                        key, "the key on lines " + numbers, "one line: remove the others", name)
                                : new ConfigProblem(
                                        key,
                                        "the section on lines " + numbers,
                                        "one section: move the keys below the first \"" + key + ":\"",
                                        name));
            }
        });
        return found;
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
        return value(key, fallback, variables).map(Value::text).orElse(fallback);
    }

    /** A string that may be absent. */
    public Optional<String> optionalText(String key, String... variables) {
        return value(key, "", variables).map(Value::text).filter(s -> !s.isEmpty());
    }

    /** An integer in {@code [min, max]}. */
    public int integer(String key, int fallback, int min, int max, String... variables) {
        return value(key, Integer.toString(fallback), variables)
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
        return value(key, decimal(fallback), variables)
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
        return value(key, Boolean.toString(fallback), variables)
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
        return value(key, shortest(fallback), variables)
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
        return value(key, word(fallback), variables)
                .map(v -> {
                    String wanted = constantName(v.text());
                    List<String> names = new ArrayList<>();
                    for (E constant : type.getEnumConstants()) {
                        if (constant.name().equals(wanted)) {
                            return constant;
                        }
                        names.add(word(constant));
                    }
                    problem(key, v, "one of " + String.join(", ", names));
                    return fallback;
                })
                .orElse(fallback);
    }

    /** YAML reads the words on and off without quotes as booleans. */
    private static String constantName(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> "ON";
            case "false" -> "OFF";
            default -> text.toUpperCase(Locale.ROOT).replace('-', '_');
        };
    }

    /** A list of strings; in an environment variable, separated by commas. */
    public List<String> texts(String key, List<String> fallback, String... variables) {
        JsonNode node = find(key);
        consumeAll(key, node);
        Optional<Value> override = override(key, variables);
        if (override.isPresent()) {
            List<String> items = List.of(override.get().text().split("\\s*,\\s*"));
            enter(key, flow(items), flow(fallback), override.get().origin());
            return items;
        }
        if (!node.isMissingNode() && !node.isNull()) {
            enter(key, node.toString().replace("\"", "").replace(",", ", "), flow(fallback), fileName);
        } else {
            enter(key, flow(fallback), flow(fallback), ConfigEntry.DEFAULT);
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
        boolean absent = node.isMissingNode() || node.isNull();
        enter(key, absent ? "" : JsonTrees.write(node), "", absent ? ConfigEntry.DEFAULT : fileName);
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
        warnings.forEach(LOG::warn);
    }

    /** The same configuration, of which nothing has been read. */
    Config unread() {
        return new Config(root, yaml, fileName, environment);
    }

    /** What has been read so far, in that order; the origin of a value in the file has its line. */
    List<ConfigEntry> entries() {
        Map<String, List<Integer>> lines = YamlKeys.lines(yaml);
        return entries.values().stream()
                .map(entry -> {
                    List<Integer> at = lines.getOrDefault(nameInFile(entry.key()), List.of());
                    return entry.origin().equals(fileName) && entry.isSet() && !at.isEmpty()
                            ? new ConfigEntry(entry.key(), entry.value(), entry.fallback(), fileName + ":" + at.get(0))
                            : entry;
                })
                .toList();
    }

    /** Renamed and removed keys of this configuration, each with what to do. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    private void reportUnread(String path, JsonNode node) {
        boolean isEmptySection = node.isNull() && !path.contains(".");
        if (consumed.contains(path) || isEmptySection) {
            return;
        }
        if (REMOVED.containsKey(path)) {
            warnings.add(path + " has no effect any more (" + fileName + "); remove it: " + REMOVED.get(path)
                    + ". The next release rejects it");
            return;
        }
        String newName = currentName(path);
        if (!newName.equals(path)) {
            warnings.add(path + " is now " + newName + " (" + fileName
                    + "); rename it. The next release rejects the old name");
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

    private Optional<Value> value(String key, String fallback, String... variables) {
        Optional<Value> value = value(key, find(key), variables);
        enter(
                key,
                value.map(Value::text).orElse(fallback),
                fallback,
                value.map(Value::origin).orElse(ConfigEntry.DEFAULT));
        return value;
    }

    private Optional<Value> value(String key, JsonNode node, String... variables) {
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

    private void enter(String key, String value, String fallback, String origin) {
        entries.putIfAbsent(key, new ConfigEntry(key, value, fallback, origin.replace("environment variable ", "")));
    }

    private static String flow(List<String> items) {
        return "[" + String.join(", ", items) + "]";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String decimal(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e9
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    /** In the largest unit without a remainder. */
    private static String shortest(Duration d) {
        long millis = d.toMillis();
        if (millis == 0 || millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
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

    /** The current name of a key that may have been renamed. */
    static String currentName(String key) {
        return RENAMED.entrySet().stream()
                .filter(entry -> entry.getValue().equals(key))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(key);
    }

    /** The environment variable that overrides {@code key}. */
    public static String variable(String key) {
        return "BEV_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private JsonNode find(String key) {
        return at(nameInFile(key));
    }

    /** The former name of a renamed key if the file does not have the current one. */
    private String nameInFile(String key) {
        return at(key).isMissingNode() ? RENAMED.getOrDefault(key, key) : key;
    }

    private JsonNode at(String key) {
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
