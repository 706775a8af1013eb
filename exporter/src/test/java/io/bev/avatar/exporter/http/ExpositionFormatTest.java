package io.bev.avatar.exporter.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionFormatTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/openmetrics-text",
                "text/plain;q=0.5, application/openmetrics-text; version=1.0.0",
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                "text/plain;q=0, Application/OpenMetrics-Text;q=0.001"
            })
    void openMetrics_whereItIsPreferred(String accept) {
        assertThat(ExpositionFormat.choose(List.of(accept)).contentType()).startsWith("application/openmetrics-text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*/*",
                "text/html,*/*;q=0.8",
                "application/openmetrics-text;q=0",
                "application/openmetrics-text;version=1.0.0;q=0.000,*/*",
                "application/openmetrics-text;q=0.1,text/plain;q=0.9",
                "application/openmetrics-text ; q = 0.2 , text/plain",
                "application/openmetrics-text;q=x"
            })
    void text_otherwise(String accept) {
        assertThat(ExpositionFormat.choose(List.of(accept)).contentType()).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void severalHeaders_areOneList() {
        assertThat(ExpositionFormat.choose(List.of("text/plain;q=0.1", "application/openmetrics-text;q=0.2"))
                        .contentType())
                .startsWith("application/openmetrics-text");
        assertThat(ExpositionFormat.choose(List.of()).contentType()).startsWith("text/plain");
    }
}
