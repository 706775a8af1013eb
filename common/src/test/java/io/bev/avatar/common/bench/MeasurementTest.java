package io.bev.avatar.common.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementTest {

    private final Map<String, Object> details = new LinkedHashMap<>();

    @Test
    void json_isOneObjectWithTheDetailsBeside() {
        details.put("oursMs", 9.25);
        details.put("rounds", 10);
        details.put("bytes", 5_000_000_000L);
        details.put("encoded", false);
        details.put("cpu", "Fast \"CPU\" 3000");

        assertThat(new Measurement("scrape.cpu.ratio", 0.8125, "ratio", details).json())
                .isEqualTo("{\"name\":\"scrape.cpu.ratio\",\"value\":0.8125,\"unit\":\"ratio\",\"oursMs\":9.25,"
                        + "\"rounds\":10,\"bytes\":5000000000,\"encoded\":false,\"cpu\":\"Fast \\\"CPU\\\" 3000\"}");
    }

    @Test
    void text_isAligned() {
        details.put("oursMs", 12.3456);
        details.put("ratio", 1.0274);
        details.put("least", 0.00042);
        details.put("pairs", 8);

        assertThat(new Measurement("observer.frame_p99.ratio", 1.0, "ratio", details).text())
                .isEqualTo("observer.frame_p99.ratio                     1 ratio  oursMs 12.35, ratio 1.027,"
                        + " least 0.0004, pairs 8");
        assertThat(new Measurement("soak.threads", 41, "", Map.of()).text())
                .isEqualTo("soak.threads                                41");
    }
}
