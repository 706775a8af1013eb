package io.bev.avatar.launcher.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One measured number, printed as the renderer's benchmarks print theirs.
 *
 * @param name such as {@code detect.gpu-hot.seconds}
 * @param value the number
 * @param unit such as {@code s}
 * @param details more that a reader may want, in order; strings and numbers
 */
public record BenchLine(String name, double value, String unit, Map<String, Object> details) {

    public BenchLine {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** One JSON object. */
    public String json() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("value", value);
        line.put("unit", unit);
        line.putAll(details);
        try {
            return StackClient.JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Aligned for people. */
    public String text() {
        String more = details.entrySet().stream()
                .map(e -> e.getKey() + " " + number(e.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "%-36s %9s %-6s %s", name, number(value), unit, more)
                .stripTrailing();
    }

    private static String number(Object value) {
        if (value instanceof Double number) {
            return number == Math.rint(number)
                    ? String.valueOf(number.longValue())
                    : String.format(Locale.ROOT, Math.abs(number) < 1 ? "%.4f" : "%.2f", number);
        }
        return String.valueOf(value);
    }
}
