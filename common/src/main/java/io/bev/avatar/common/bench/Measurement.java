package io.bev.avatar.common.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One measured number.
 *
 * <pre>
 * {"name":"scrape.cpu.ratio","value":0.81,"unit":"ratio","oursMs":9.2,"rounds":10}
 * </pre>
 *
 * @param name such as {@code render.cpu.lam.1280x720.fps}
 * @param value the number
 * @param unit such as {@code fps} or {@code ms}
 * @param details additional values, in order: strings, numbers and booleans; others as strings
 */
public record Measurement(String name, double value, String unit, Map<String, Object> details) {

    public Measurement {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** One JSON object, for processes. */
    public String json() {
        ObjectNode line =
                JsonTrees.object().put("name", name).put("value", value).put("unit", unit);
        details.forEach((key, detail) -> {
            if (detail instanceof Integer || detail instanceof Long) {
                line.put(key, ((Number) detail).longValue());
            } else if (detail instanceof Number number) {
                line.put(key, number.doubleValue());
            } else if (detail instanceof Boolean flag) {
                line.put(key, flag);
            } else {
                line.put(key, String.valueOf(detail));
            }
        });
        return JsonTrees.write(line);
    }

    /** One aligned line, for people. */
    public String text() {
        String more = details.entrySet().stream()
                .map(detail -> detail.getKey() + " " + number(detail.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "%-36s %9s %-6s %s", name, number(value), unit, more)
                .stripTrailing();
    }

    /** Three or four digits that count, whole numbers as such. */
    private static String number(Object value) {
        if (!(value instanceof Double number)) {
            return String.valueOf(value);
        }
        if (number == Math.rint(number)) {
            return String.valueOf(number.longValue());
        }
        double size = Math.abs(number);
        return String.format(Locale.ROOT, size < 1 ? "%.4f" : size < 10 ? "%.3f" : "%.2f", number);
    }
}
