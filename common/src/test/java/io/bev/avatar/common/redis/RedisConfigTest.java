package io.bev.avatar.common.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConfigTest {

    private static Optional<RedisConfig> read(String yaml, Map<String, String> environment) {
        Config config = Config.of(yaml, "test.yaml", environment);
        Optional<RedisConfig> redis = RedisConfig.from(config);
        config.finish("redis");
        return redis;
    }

    @Test
    void defaults_andOverrides() {
        RedisConfig defaults = read("", Map.of()).orElseThrow();
        assertThat(defaults.address()).hasToString("redis://127.0.0.1:6379");
        assertThat(defaults.timeout()).isEqualTo(Duration.ofSeconds(2));
        RedisConfig set = read(
                        "redis: {url: 'redis://a:1', timeout: 500ms}",
                        Map.of("BEV_REDIS_URL", "redis://user:secret@redis.example:7000/3"))
                .orElseThrow();
        assertThat(set.address()).hasToString("redis://redis.example:7000/3");
        assertThat(set.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(set.toString()).doesNotContain("secret").doesNotContain("user");
    }

    @Test
    void emptyUrl_meansNoRedis() {
        assertThat(read("redis: {url: ''}", Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"49ms", "31s"})
    void timeout_outOfRange_isReported(String timeout) {
        assertThatThrownBy(() -> read("redis: {timeout: " + timeout + "}", Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("redis.timeout");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "http://:secret@host",
                "redis://:secret@",
                "redis://:secret@host:port",
                "redis://:se cret@h"
            })
    void invalidUrl_isReportedWithoutPassword(String url) {
        assertThatThrownBy(() -> read("", Map.of("BEV_REDIS_URL", url)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("redis.url")
                .hasMessageContaining("expected redis://")
                .hasMessageNotContaining("cret");
    }
}
