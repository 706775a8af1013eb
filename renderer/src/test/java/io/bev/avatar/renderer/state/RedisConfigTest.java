package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConfigTest {

    private static RedisConfig read(String yaml, Map<String, String> environment) {
        Config config = Config.of(yaml, "test.yaml", environment);
        RedisConfig redis = RedisConfig.from(config);
        config.finish("redis");
        return redis;
    }

    @Test
    void defaults_andOverrides() {
        RedisConfig defaults = read("", Map.of());
        assertThat(defaults.address()).isEqualTo("127.0.0.1:6379");
        assertThat(defaults.timeout()).isEqualTo(Duration.ofSeconds(2));
        RedisConfig set = read(
                "redis: {url: 'redis://a:1', timeout: 500ms}",
                Map.of("BEV_REDIS_URL", "redis://user:secret@redis.example:7000/3"));
        assertThat(set.address()).isEqualTo("redis.example:7000/3");
        assertThat(set.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(set.toString()).doesNotContain("secret").doesNotContain("user");
    }

    @Test
    void emptyUrl_meansNoRedis() {
        RedisConfig none = read("redis: {url: ''}", Map.of());
        assertThat(none.redis()).isEmpty();
        assertThat(none.uri()).isEmpty();
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ERR invalid password | NEEDS_OPERATOR",
                "WRONGPASS invalid username-password pair or user is disabled. | NEEDS_OPERATOR",
                "NOAUTH Authentication required. | NEEDS_OPERATOR",
                "NOPERM this user has no permissions | NEEDS_OPERATOR",
                "READONLY You can't write against a read only replica. | TEMPORARY",
                "ERR Error running script (call to f_1): @user_script:3: -MISCONF Redis is configured | TEMPORARY",
                "LOADING Redis is loading the dataset in memory | TEMPORARY",
                "BUSY Redis is busy running a script. | TEMPORARY",
                "ERR max number of clients reached | TEMPORARY",
            })
    void errorReplies_areClassified(String answer, RedisError.Kind kind) {
        assertThat(RedisError.ofReply(answer).kind()).isEqualTo(kind);
    }

    @Test
    void stateSection_isRead() {
        Config config = Config.of(
                "state: {directory: /elsewhere, save-interval: 5s}",
                "test.yaml",
                Map.of("BEV_AVATAR_STATE_DIR", "/var/lib/avatar"));
        assertThat(StateConfig.from(config))
                .isEqualTo(new StateConfig(Path.of("/var/lib/avatar"), Duration.ofSeconds(5)));
        config.finish("state");
        assertThat(StateConfig.from(Config.of("", "test.yaml", Map.of())))
                .isEqualTo(new StateConfig(Path.of("state"), Duration.ofSeconds(30)));
    }
}
