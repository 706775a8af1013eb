package io.bev.avatar.exporter.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.Expositions;
import org.junit.jupiter.api.Test;

class MetricSinkTest {

    @Test
    void series_addedTwice_isExportedOnceAndReported() throws Exception {
        MetricSink out = new MetricSink();
        out.gauge("a", "A.", 1, "x", "1", "b", "2");
        out.gauge("a", "A.", 2, "b", "2", "x", "1");
        out.gauge("a", "A.", 3, "x", "2", "b", "2");
        MetricSink part = new MetricSink();
        part.gauge("a", "A.", 4, "x", "2", "b", "2");
        out.addAll(part);

        assertThat(Expositions.text(out))
                .contains("a{x=\"1\",b=\"2\",} 1.0\na{x=\"2\",b=\"2\",} 3.0\n")
                .doesNotContain("2.0\n", "4.0\n");
        assertThat(out.duplicates()).containsExactly("a{b=\"2\",x=\"1\"}", "a{b=\"2\",x=\"2\"}");
    }

    @Test
    void labelValue_withControlCharacters_staysOnOneLine() throws Exception {
        MetricSink out = new MetricSink();
        out.gauge("a", "A.", 1, "x", "one\rtwo\u0000\u0085\u2028three\tfour");

        assertThat(Expositions.text(out)).contains("a{x=\"one\ufffdtwo\ufffd\ufffd\ufffdthree\tfour\",} 1.0");
    }
}
