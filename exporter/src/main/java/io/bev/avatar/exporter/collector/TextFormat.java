package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.Type;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Exposition formats, with the same text as the Java client library of Prometheus. */
public enum TextFormat {
    /** Prometheus text format 0.0.4. */
    PROMETHEUS("text/plain; version=0.0.4; charset=utf-8", "\",", ""),

    /** OpenMetrics 1.0.0. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8", "\"", "# EOF\n");

    private static final int BUFFER_BYTES = 8192;

    private final String contentType;
    private final String afterLabel;
    private final String end;

    TextFormat(String contentType, String afterLabel, String end) {
        this.contentType = contentType;
        this.afterLabel = afterLabel;
        this.end = end;
    }

    /** Value of the header {@code Content-Type}. */
    public String contentType() {
        return contentType;
    }

    /** Writes the families and closes {@code out}. */
    public void write(List<MetricFamily> families, OutputStream out) throws IOException {
        try (out) {
            LineBuffer buffer = new LineBuffer(out, BUFFER_BYTES);
            for (MetricFamily family : families) {
                buffer.add(family.header().text(this));
                for (Sample sample : family.samples()) {
                    buffer.add(sample.series().text(this));
                    buffer.addValue(sample.value());
                }
            }
            buffer.add(end.getBytes(StandardCharsets.US_ASCII));
            buffer.flush();
        }
    }

    /** Text of a series up to its value. */
    byte[] series(Series series) {
        StringBuilder text = new StringBuilder(series.name());
        for (int i = 0; i < series.labelCount(); i++) {
            text.append(i == 0 ? "{" : this == OPEN_METRICS ? "," : "")
                    .append(series.labelName(i))
                    .append("=\"");
            escape(series.labelValue(i), true, text);
            text.append(afterLabel);
        }
        return text.append(series.labelCount() == 0 ? " " : "} ").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Comment lines of a family. */
    byte[] header(String name, Type type, String help) {
        StringBuilder text = new StringBuilder();
        if (this == OPEN_METRICS) {
            text.append("# TYPE ").append(name).append(' ').append(type(type)).append("\n# HELP ");
            escape(help, true, text.append(name).append(' '));
        } else {
            String full = name + (type == Type.COUNTER ? "_total" : type == Type.INFO ? "_info" : "");
            escape(help, false, text.append("# HELP ").append(full).append(' '));
            text.append("\n# TYPE ").append(full).append(' ').append(type(type));
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private String type(Type type) {
        if (this == OPEN_METRICS) {
            return type == Type.GAUGE_HISTOGRAM ? "gaugehistogram" : type == Type.STATE_SET ? "stateset" : lower(type);
        }
        return switch (type) {
            case COUNTER, GAUGE, SUMMARY, HISTOGRAM -> lower(type);
            case GAUGE_HISTOGRAM -> "histogram";
            case STATE_SET, INFO -> "gauge";
            default -> "untyped";
        };
    }

    private static String lower(Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static void escape(String text, boolean quotes, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                out.append("\\n");
            } else {
                out.append(c == '\\' || (quotes && c == '"') ? "\\" : "").append(c);
            }
        }
    }
}
