package io.bev.avatar.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTimeoutsTest {

    private final Properties before = new Properties();

    @BeforeEach
    void save() {
        before.putAll(System.getProperties());
        System.clearProperty("sun.net.httpserver.maxReqTime");
        System.clearProperty("sun.net.httpserver.maxRspTime");
    }

    @AfterEach
    void restore() {
        System.setProperties(before);
    }

    @Test
    void apply_setsTheResponseTimeoutInSeconds() {
        HttpServerTimeouts.apply(Duration.ofSeconds(17));

        assertThat(System.getProperty("sun.net.httpserver.maxRspTime")).isEqualTo("17");
        assertThat(System.getProperty("sun.net.httpserver.maxReqTime")).isEqualTo("5");
    }

    @Test
    void apply_keepsValuesOfTheCommandLine() {
        System.setProperty("sun.net.httpserver.maxReqTime", "60");

        HttpServerTimeouts.apply(Duration.ofSeconds(17));

        assertThat(System.getProperty("sun.net.httpserver.maxReqTime")).isEqualTo("60");
    }
}
