package io.bev.avatar.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class FullCopyTest {

    private static final String DEFAULTS = """
            renderer:
              port: 8080
              allowed-hosts: []
            exporter:
              check:
                power-limit-watts: 450
            """;

    @Test
    void decisions_areTheChangedAndAddedValues_underCurrentNames() throws Exception {
        String yaml = """
                # mine
                renderer: {port: 8080, allowed-hosts: [a], width: 320}
                exporter:
                  check: {power-limit-watts: 300}
                """;

        assertThat(FullCopy.isFullCopy(yaml, DEFAULTS)).isTrue();
        assertThat(FullCopy.decisions(yaml, DEFAULTS))
                .containsExactly(
                        entry("renderer.allowed-hosts", "[\"a\"]"),
                        entry("renderer.width", "320"),
                        entry("gpu-setup.power-limit-watts", "300"));
    }

    @Test
    void shortFile_isNoFullCopy() {
        assertThat(FullCopy.isFullCopy("renderer: {port: 1}\n", DEFAULTS)).isFalse();
        assertThat(FullCopy.isFullCopy("", DEFAULTS)).isFalse();
        assertThat(FullCopy.isFullCopy("a: [\n", DEFAULTS)).isFalse();
        assertThat(FullCopy.isFullCopy(DEFAULTS, "")).isFalse();
        assertThat(FullCopy.isFullCopy(DEFAULTS, DEFAULTS)).isTrue();
    }
}
