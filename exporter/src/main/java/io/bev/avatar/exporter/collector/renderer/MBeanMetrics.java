package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.collector.MetricSink;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Attributes of an MBean as metrics under {@code avatar_renderer_}; a null or non-numeric attribute is an absent
 * series.
 */
final class MBeanMetrics {

    static final String PREFIX = "avatar_renderer_";

    private final JsonNode bean;
    private final MetricSink out;

    MBeanMetrics(JsonNode bean, MetricSink out) {
        this.bean = bean;
        this.out = out;
    }

    void gauge(String attribute, String name, String help, String... labels) {
        gauge(attribute, name, help, 1, labels);
    }

    void gauge(String attribute, String name, String help, double scale, String... labels) {
        JsonNode value = bean.path(attribute);
        if (value.isNumber()) {
            out.gauge(PREFIX + name, help, scaled(value.asDouble(), scale), labels);
        }
    }

    void flag(String attribute, String name, String help) {
        JsonNode value = bean.path(attribute);
        if (value.isBoolean()) {
            out.gauge(PREFIX + name, help, value.asBoolean() ? 1 : 0);
        }
    }

    void counter(String attribute, String name, String help, double scale, String... labels) {
        JsonNode value = bean.path(attribute);
        if (value.isNumber()) {
            out.counter(PREFIX + name, help, scaled(value.asDouble(), scale), labels);
        }
    }

    void counter(String attribute, String name, String help, String... labels) {
        counter(attribute, name, help, 1, labels);
    }

    /** A gauge in Unix seconds from an ISO 8601 instant. */
    void timestamp(String attribute, String name, String help) {
        String value = bean.path(attribute).asText("");
        if (!value.isEmpty()) {
            try {
                out.gauge(PREFIX + name, help, Instant.parse(value).toEpochMilli() / 1000.0);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException(
                        attribute + ": found '" + value + "', expected an ISO 8601 instant", e);
            }
        }
    }

    /** A gauge for each entry of a map, with its key as {@code label}. */
    void gauges(String attribute, String name, String help, String label) {
        bean.path(attribute).properties().forEach(entry -> {
            if (entry.getValue().isNumber()) {
                out.gauge(PREFIX + name, help, entry.getValue().asDouble(), label, entry.getKey());
            }
        });
    }

    /** A counter for each entry of a map, with its key as {@code label} beside the given labels. */
    void counters(String attribute, String name, String help, String label, String... more) {
        String[] labels = Arrays.copyOf(more, more.length + 2);
        labels[more.length] = label;
        bean.path(attribute).properties().forEach(entry -> {
            if (entry.getValue().isNumber()) {
                labels[more.length + 1] = entry.getKey();
                out.counter(PREFIX + name, help, entry.getValue().asDouble(), labels);
            }
        });
    }

    /** A histogram from {@code {bounds, counts, sum}}. */
    void histogram(String attribute, String name, String help) {
        histogram(bean.path(attribute), name, help);
    }

    /** A histogram for each entry of a map, with its key as {@code label}. */
    void histograms(String attribute, String name, String help, String label) {
        bean.path(attribute)
                .properties()
                .forEach(entry -> histogram(entry.getValue(), name, help, label, entry.getKey()));
    }

    private void histogram(JsonNode data, String name, String help, String... labels) {
        if (!data.isObject()) {
            return;
        }
        double[] bounds = new double[data.path("bounds").size()];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = data.path("bounds").get(i).asDouble();
        }
        long[] counts = new long[data.path("counts").size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = data.path("counts").get(i).asLong();
        }
        out.histogram(PREFIX + name, help, bounds, counts, data.path("sum").asDouble(), labels);
    }

    /** A string attribute, empty when null. */
    String text(String attribute) {
        JsonNode value = bean.path(attribute);
        return value.isTextual() ? value.asText() : "";
    }

    /** Non-negative number under {@code field} of a composite attribute; empty otherwise. */
    Optional<Double> field(String attribute, String field) {
        JsonNode value = bean.path(attribute).path(field);
        return value.isNumber() && value.asDouble() >= 0 ? Optional.of(value.asDouble()) : Optional.empty();
    }

    /** Divides for scales below 1: dividing by 1000 is exact where multiplying by 0.001 is not. */
    private static double scaled(double value, double scale) {
        return scale < 1 ? value / Math.rint(1 / scale) : value * scale;
    }
}
