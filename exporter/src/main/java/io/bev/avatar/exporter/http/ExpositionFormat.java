package io.bev.avatar.exporter.http;

import io.bev.avatar.exporter.collector.TextFormat;
import java.util.List;
import java.util.Locale;

/** Choice of the exposition format by the header {@code Accept} (RFC 9110, section 12.5.1). */
final class ExpositionFormat {

    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String TEXT = "text/plain";

    private ExpositionFormat() {}

    /**
     * OpenMetrics where it is named and no less welcome than text, otherwise text 0.0.4.
     *
     * @param accept values of the header
     * @return format of the response
     */
    static TextFormat choose(List<String> accept) {
        double openMetrics = 0;
        double text = 0;
        for (String value : accept) {
            for (String range : value.toLowerCase(Locale.ROOT).split(",", -1)) {
                String[] parts = range.split(";", -1);
                switch (parts[0].strip()) {
                    case OPEN_METRICS -> openMetrics = Math.max(openMetrics, quality(parts));
                    case TEXT -> text = Math.max(text, quality(parts));
                    default -> {}
                }
            }
        }
        return openMetrics > 0 && openMetrics >= text ? TextFormat.OPEN_METRICS : TextFormat.PROMETHEUS;
    }

    private static double quality(String[] parameters) {
        for (String parameter : parameters) {
            String[] pair = parameter.split("=", 2);
            if (pair.length == 2 && pair[0].strip().equals("q")) {
                String q = pair[1].strip();
                return q.matches("[01](\\.\\d{0,3})?") ? Double.parseDouble(q) : 0;
            }
        }
        return 1;
    }
}
