package io.bev.avatar.exporter;

import io.bev.avatar.exporter.collector.MetricSink;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collections;

/** Renders metrics as the text of a scrape. */
public final class Expositions {

    private Expositions() {}

    public static String text(MetricSink sink) {
        StringWriter text = new StringWriter();
        try {
            TextFormat.write004(text, Collections.enumeration(sink.families()));
        } catch (IOException e) {
            throw new IllegalStateException("a string writer does not fail", e);
        }
        return text.toString();
    }
}
