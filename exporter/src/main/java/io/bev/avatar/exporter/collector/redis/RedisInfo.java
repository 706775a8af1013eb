package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.redis.InfoExcerpt;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * The reply to {@code INFO}: lines of {@code name:value} under {@code # Section} headings, limited by {@link InfoExcerpt}.
 */
final class RedisInfo {

    private static final Pattern DATABASE = Pattern.compile("db\\d{1,5}");

    private final Map<String, String> fields = new LinkedHashMap<>();

    private RedisInfo() {}

    static RedisInfo parse(String text) {
        RedisInfo info = new RedisInfo();
        InfoExcerpt excerpt = new InfoExcerpt();
        text.lines().forEach(excerpt::add);
        excerpt.lines().forEach(line -> {
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

    /** A numeric field; the status words {@code ok} and {@code up} count as 1, {@code err} and {@code down} as 0. */
    OptionalDouble number(String name) {
        String value = fields.get(name);
        if (value == null || value.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (value.equals("ok") || value.equals("up")) {
            return OptionalDouble.of(1);
        }
        if (value.equals("err") || value.equals("down")) {
            return OptionalDouble.of(0);
        }
        return finite(value);
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

    private static OptionalDouble finite(String value) {
        try {
            double number = Double.parseDouble(value);
            return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
