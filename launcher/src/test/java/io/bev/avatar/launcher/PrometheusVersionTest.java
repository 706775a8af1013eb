package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PrometheusVersionTest {

    @Test
    void keepsFiring_sinceSupportedVersion() throws IOException {
        assertThat(parse("prometheus, version 2.31.2+ds1 (branch: debian/sid)").keepsFiring())
                .isFalse();
        assertThat(parse("prometheus, version 2.42.0+ds (branch: debian/sid)").keepsFiring())
                .isTrue();
        assertThat(parse("prometheus, version 3.5.0 (branch: HEAD)").keepsFiring())
                .isTrue();
    }

    @Test
    void parse_otherText_reportsIt() {
        assertThatThrownBy(() -> parse("Segmentation fault"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Segmentation fault");
    }

    private static PrometheusVersion parse(String text) throws IOException {
        return PrometheusVersion.parse(text);
    }
}
