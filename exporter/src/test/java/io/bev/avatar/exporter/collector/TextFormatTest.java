package io.bev.avatar.exporter.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextFormatTest {

    private static String text(TextFormat format, List<MetricFamily> families) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        format.write(families, bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String clientLibrary(TextFormat format, List<MetricFamilySamples> families) throws IOException {
        StringWriter text = new StringWriter();
        io.prometheus.client.exporter.common.TextFormat.writeFormat(
                format.contentType(), text, Collections.enumeration(families));
        return text.toString();
    }

    private static MetricFamilySamples family(Type type, String name, String help, double value, String label) {
        return new MetricFamilySamples(
                name,
                type,
                help,
                List.of(
                        new MetricFamilySamples.Sample(name, List.of(), List.of(), value),
                        new MetricFamilySamples.Sample(name, List.of("a", "b"), List.of(label, "x"), -value)));
    }

    @Test
    void text_ofEachTypeAndFormat_equalsThatOfTheClientLibrary() throws Exception {
        String odd = "back\\slash \"quote\" line\nfeed \u00fc \ud83d\ude00";
        List<MetricFamilySamples> families = List.of(
                family(Type.COUNTER, "c_total", odd, 3, odd),
                family(Type.GAUGE, "g", odd, Double.POSITIVE_INFINITY, "x".repeat(20_000)),
                family(Type.UNKNOWN, "u", "U.", Double.NaN, ""),
                family(Type.SUMMARY, "s", "S.", -0.0, odd),
                family(Type.HISTOGRAM, "h", "H.", 1e-300, odd),
                family(Type.INFO, "i_info", "I.", 1, odd));
        for (TextFormat format : TextFormat.values()) {
            MetricSink sink = new MetricSink();
            sink.addAll(families);

            assertThat(text(format, sink.families())).isEqualTo(clientLibrary(format, families));
        }
    }

    @Test
    void value_equalsDoubleToString() throws Exception {
        Random random = new Random(7);
        MetricSink sink = new MetricSink();
        StringBuilder expected = new StringBuilder("# HELP v V.\n# TYPE v gauge\n");
        for (int i = 0; i < 20_000; i++) {
            long digits = random.nextLong() >>> random.nextInt(64);
            double value = switch (i % 4) {
                case 0 -> digits;
                case 1 -> digits - digits % 1000;
                case 2 -> Math.pow(10, i % 20) * (1 + i % 3);
                default -> Double.longBitsToDouble(random.nextLong());
            };
            sink.gauge("v", "V.", value, "i", String.valueOf(i));
            String text = Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
            expected.append("v{i=\"").append(i).append("\",} ").append(text).append('\n');
        }

        assertThat(text(TextFormat.PROMETHEUS, sink.families())).isEqualTo(expected.toString());
    }

    /** Series come, go, change their order and type; the cache must never show in the text. */
    @Test
    void text_withSeriesOfPreviousCollections_equalsThatWithout() throws Exception {
        Random random = new Random(11);
        SeriesCache cache = new SeriesCache();
        for (int round = 0; round < 2000; round++) {
            long seed = random.nextLong();
            TextFormat format = random.nextBoolean() ? TextFormat.PROMETHEUS : TextFormat.OPEN_METRICS;
            MetricSink cached = new MetricSink(cache);
            MetricSink fresh = new MetricSink();
            add(new Random(seed), cached);
            add(new Random(seed), fresh);

            assertThat(text(format, cached.families())).isEqualTo(text(format, fresh.families()));
            assertThat(cached.duplicates()).isEqualTo(fresh.duplicates());
        }
    }

    private static void add(Random random, MetricSink sink) {
        String[] labels = {"name", "", "b", "c"};
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            labels[1] = "n" + random.nextInt(5);
            String name = "m" + random.nextInt(2);
            if (random.nextInt(10) == 0) {
                sink.untyped(name, "M.", i, labels);
            } else if (random.nextInt(10) == 0) {
                MetricSink part = new MetricSink();
                part.gauge(name, "M.", i, labels);
                sink.addAll(part);
            } else {
                sink.gauge(name, random.nextInt(10) == 0 ? "Other." : "M.", i, labels);
            }
        }
    }
}
