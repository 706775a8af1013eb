package io.bev.avatar.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class HostTemplateTest {

    private static final String SCRAPE = """
        # TYPE frames_total counter
        frames_total %d
        # TYPE draw_seconds histogram
        draw_seconds_bucket{le="0.1"} %d
        draw_seconds_bucket{le="+Inf"} %d
        # TYPE load gauge
        load %s
        # TYPE node_time_seconds gauge
        node_time_seconds %d
        # TYPE info gauge
        info{uuid="GPU-1",name="a card"} 1
        """;

    private final HostTemplate template = HostTemplate.from(
            String.format(Locale.ROOT, SCRAPE, 100, 10, 20, "1.0", 1_700_000_000L),
            String.format(Locale.ROOT, SCRAPE, 300, 20, 40, "2.0", 1_700_000_010L),
            10);

    @Test
    void response_later_countersGrow_andConstantsStay() {
        double now = number(template.response(3, 0), "frames_total");
        double later = number(template.response(3, 60), "frames_total");
        double pace = now / 300;
        assertThat(pace).isBetween(0.49, 1.51);
        assertThat((later - now) / pace).isBetween(1190.0, 1210.0);
        assertThat(number(template.response(3, 60), "draw_seconds_bucket{le=\"+Inf\"}"))
                .isGreaterThan(number(template.response(3, 60), "draw_seconds_bucket{le=\"0.1\"}"));
        assertThat(number(template.response(3, 60), "load")).isBetween(1.8, 2.2);
        assertThat(number(template.response(3, 60), "node_time_seconds")).isEqualTo(1_700_000_070.0);
    }

    @Test
    void response_ofAnotherHost_hasItsOwnLabelsAndRates() {
        assertThat(template.response(3, 0)).contains("info{uuid=\"GPU-1-3\",name=\"a card\"} 1");
        assertThat(template.response(4, 0)).contains("uuid=\"GPU-1-4\"");
        assertThat(number(template.response(3, 0), "frames_total"))
                .isNotEqualTo(number(template.response(4, 0), "frames_total"));
        assertThat(template.series()).isEqualTo(6);
    }

    private static double number(String response, String series) {
        return response.lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.valueOf(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
