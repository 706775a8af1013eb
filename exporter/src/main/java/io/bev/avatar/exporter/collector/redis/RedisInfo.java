package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.redis.InfoExcerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * The reply to {@code INFO}: lines of {@code name:value} under {@code # Section} headings, limited by {@link InfoExcerpt}.
 */
final class RedisInfo {

    private static final Pattern DATABASE = Pattern.compile("db\\d{1,5}");

    /** Start of a line that describes a module; the only name that a reply repeats. */
    private static final String MODULE = "module:";

    private final Map<String, String> fields = new LinkedHashMap<>();
    private final Set<String> modules = new LinkedHashSet<>();

    private RedisInfo() {}

    static RedisInfo parse(String text) {
        RedisInfo info = new RedisInfo();
        InfoExcerpt excerpt = new InfoExcerpt();
        text.lines().forEach(excerpt::add);
        excerpt.lines().forEach(line -> {
            if (line.startsWith(MODULE)) {
                info.modules.add(line.substring(MODULE.length()).strip());
                return;
            }
            // Values may contain colons, such as addresses; names contain none except error types.
            int colon = line.startsWith("errorstat_") ? line.lastIndexOf(":count=") : line.indexOf(':');
            if (!line.startsWith("#") && colon > 0) {
                info.fields.put(
                        line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return info;
    }

    /** Number of items that were left out, {@code errorstats}, {@code cmdstats} or other {@code lines}. */
    double dropped(String kind) {
        return number(InfoExcerpt.DROPPED + kind).orElse(0);
    }

    /** The highest number of a database with keys; -1 without any. */
    int highestDatabase() {
        return fields.keySet().stream()
                .filter(name -> DATABASE.matcher(name).matches())
                .mapToInt(name -> Integer.parseInt(name.substring(2)))
                .max()
                .orElse(-1);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** Names of the fields that are {@code prefix} and a rest that matches. */
    List<String> names(String prefix, Pattern rest) {
        List<String> names = new ArrayList<>();
        for (String name : fields.keySet()) {
            if (name.startsWith(prefix)
                    && rest.matcher(name).region(prefix.length(), name.length()).matches()) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * A numeric field; the status words {@code ok} and {@code true} count as 1, {@code err}, {@code fail} and
     * {@code false} as 0.
     */
    OptionalDouble number(String name) {
        String value = fields.getOrDefault(name, "");
        return switch (value) {
            case "ok", "true" -> OptionalDouble.of(1);
            case "err", "fail", "false" -> OptionalDouble.of(0);
            default -> finite(value);
        };
    }

    /** The loaded modules, each with its {@code name}, {@code ver} and others. */
    List<Map<String, String>> modules() {
        return modules.stream().map(RedisInfo::split).toList();
    }

    /** The texts of a value such as {@code a=1,b=[x,y]}; empty for an absent field. */
    Map<String, String> texts(String name) {
        return split(fields.getOrDefault(name, ""));
    }

    private static Map<String, String> split(String value) {
        Map<String, String> texts = new LinkedHashMap<>();
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : ',';
            if (c == '[') {
                depth++;
            } else if (c == ']') {
                depth--;
            } else if (c == ',' && (depth <= 0 || i == value.length())) {
                int equals = value.indexOf('=', start);
                if (equals > start && equals < i) {
                    texts.put(value.substring(start, equals), value.substring(equals + 1, i));
                }
                start = i + 1;
            }
        }
        return texts;
    }

    /**
     * Visits the fields whose name starts with {@code prefix}, with the rest of the name and the parsed value
     * {@code a=1,b=2}.
     */
    void each(String prefix, BiConsumer<String, Map<String, Double>> visitor) {
        fields.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                visitor.accept(name.substring(prefix.length()), parts(name));
            }
        });
    }

    /** The numbers of a value such as {@code a=1,b=2}; empty for an absent field. */
    Map<String, Double> parts(String name) {
        Map<String, Double> parts = new LinkedHashMap<>();
        for (String part : fields.getOrDefault(name, "").split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                finite(part.substring(equals + 1)).ifPresent(n -> parts.put(part.substring(0, equals), n));
            }
        }
        return parts;
    }

    /** The number that a text is; empty for any other text, NaN and infinity. */
    static OptionalDouble finite(String value) {
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            double number = Double.parseDouble(value);
            return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
