package io.bev.avatar.exporter.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScrapeTimeoutTest {

    private static final Duration CONFIGURED = Duration.ofSeconds(8);

    @Test
    void of_header_leavesAMargin() {
        assertThat(ScrapeTimeout.of("10", CONFIGURED)).isEqualTo(Duration.ofMillis(9500));
        assertThat(ScrapeTimeout.of("1.0", CONFIGURED)).isEqualTo(Duration.ofMillis(800));
    }

    @Test
    void of_missingOrInvalidHeader_isTheConfiguredTimeout() {
        for (String header : new String[] {"soon", "", "-1", "0", "NaN"}) {
            assertThat(ScrapeTimeout.of(header, CONFIGURED))
                    .as("header '%s'", header)
                    .isEqualTo(CONFIGURED);
        }
        assertThat(ScrapeTimeout.of(null, CONFIGURED)).isEqualTo(CONFIGURED);
    }

    @Test
    void of_hugeHeader_staysWithinTheServersTimeout() {
        assertThat(ScrapeTimeout.of("1e9", CONFIGURED)).isLessThan(Duration.ofSeconds(31));
        assertThat(ScrapeTimeout.of("Infinity", CONFIGURED)).isLessThan(Duration.ofSeconds(31));
    }
}
