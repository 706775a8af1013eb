package io.bev.avatar.exporter.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects the collectors of a scrape from the query parameters {@code collect[]} and {@code exclude[]}; all if neither
 * is given.
 */
final class CollectorFilter {

    private CollectorFilter() {}

    /**
     * @param rawQuery raw query; null if there is none
     * @throws IllegalArgumentException if a collector is unknown; the message is sent to the client
     */
    static Set<String> wanted(@Nullable String rawQuery, Set<String> known) {
        Set<String> collect = new LinkedHashSet<>();
        Set<String> exclude = new LinkedHashSet<>();
        for (String pair : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String name = URLDecoder.decode(parts[0], StandardCharsets.UTF_8);
            if (name.equals("collect[]") || name.equals("exclude[]")) {
                String value = parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
                if (!known.contains(value)) {
                    throw new IllegalArgumentException(
                            name + ": found '" + value + "', expected one of " + String.join(", ", known));
                }
                (name.equals("collect[]") ? collect : exclude).add(value);
            }
        }
        Set<String> wanted = new LinkedHashSet<>(collect.isEmpty() ? known : collect);
        wanted.removeAll(exclude);
        return wanted;
    }
}
