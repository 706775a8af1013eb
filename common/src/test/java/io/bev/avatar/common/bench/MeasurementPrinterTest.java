package io.bev.avatar.common.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasurementPrinterTest {

    private static final Measurement RESULT = new Measurement("start.first_frame", 1.5, "s", Map.of());

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private MeasurementPrinter printer(boolean asJson) {
        return new MeasurementPrinter(new PrintWriter(out), new PrintWriter(err), asJson);
    }

    @Test
    void print_isOneLine_asTableOrJson_apartFromMessages() {
        printer(false).print(RESULT);
        printer(true).print(RESULT);
        printer(true).measuring("start");

        assertThat(out.toString()).isEqualToNormalizingNewlines(RESULT.text() + "\n" + RESULT.json() + "\n");
        assertThat(err.toString()).isEqualToNormalizingNewlines("measuring start ...\n");
    }
}
