package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Metrics of single fields of {@code INFO}, under redis_exporter's names: those of Redis 2 to 8, Valkey and KeyDB, and of
 * the modules RediSearch, Bloom and JSON. A server reports a part of them. The table is {@code info-metrics.txt}.
 */
final class InfoMetrics {

    private static final String TABLE = "info-metrics.txt";

    private static final Pattern SPACES = Pattern.compile(" +");

    private final List<Row> rows;

    private record Row(String field, String metric, String help, boolean counter, double divisor) {

        static Row of(String line) {
            String[] columns = SPACES.split(line, 4);
            int slash = columns[0].indexOf('/');
            return new Row(
                    columns[1],
                    "redis_" + (columns[2].equals("-") ? columns[1] : columns[2]),
                    columns[3],
                    columns[0].startsWith("counter"),
                    slash < 0 ? 1 : Double.parseDouble(columns[0].substring(slash + 1)));
        }

        /**
         * A counter whose name lacks {@code _total} is written as untyped: OpenMetrics would add the suffix, and the
         * name is the peer's.
         */
        void write(double value, MetricSink out) {
            if (!counter) {
                out.gauge(metric, help, value / divisor);
            } else if (metric.endsWith("_total")) {
                out.counter(metric, help, value / divisor);
            } else {
                out.untyped(metric, help, value / divisor);
            }
        }
    }

    InfoMetrics() {
        try (InputStream in = InfoMetrics.class.getResourceAsStream(TABLE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + TABLE + " is missing");
            }
            rows = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + TABLE + " cannot be read", e);
        }
    }

    void write(RedisInfo info, MetricSink out) {
        for (Row row : rows) {
            info.number(row.field).ifPresent(value -> row.write(value, out));
        }
    }
}
