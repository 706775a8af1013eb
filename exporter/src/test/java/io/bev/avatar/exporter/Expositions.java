package io.bev.avatar.exporter;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Renders metrics as the text of a scrape. */
public final class Expositions {

    private Expositions() {}

    public static String text(MetricSink sink) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            TextFormat.PROMETHEUS.write(sink.families(), text);
        } catch (IOException e) {
            throw new IllegalStateException("a byte array does not fail", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
