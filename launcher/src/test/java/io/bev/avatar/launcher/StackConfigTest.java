package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackConfigTest {

    private static final Path ROOT = Path.of("/srv/avatar");

    @Test
    void from_nothing_usesDocumentedPorts() {
        StackConfig config = from("", Map.of());
        assertThat(config.rendererPort()).isEqualTo(8080);
        assertThat(config.jolokiaPort()).isEqualTo(8778);
        assertThat(config.exporterPort()).isEqualTo(9818);
        assertThat(config.redisPort()).isEqualTo(6379);
        assertThat(config.redisIsLocal()).isTrue();
        assertThat(config.prometheusPort()).isEqualTo(9090);
        assertThat(config.alertmanagerPort()).isEqualTo(9093);
        assertThat(config.grafanaPort()).isEqualTo(3000);
        assertThat(config.runDirectory()).isEqualTo(ROOT.resolve(".run"));
    }

    @Test
    void from_fileAndEnvironment_environmentHasPrecedence() {
        StackConfig config = from(
                "stack: {prometheus-port: 9190, run-directory: /var/tmp/x}\nrenderer: {port: 8081}\n",
                Map.of("BEV_AVATAR_PORT", "8082", "BEV_REDIS_URL", "redis://cache.example.org:7000"));
        assertThat(config.prometheusPort()).isEqualTo(9190);
        assertThat(config.rendererPort()).isEqualTo(8082);
        assertThat(config.runDirectory()).isEqualTo(Path.of("/var/tmp/x"));
        assertThat(config.redisPort()).isEqualTo(7000);
        assertThat(config.redisIsLocal()).isFalse();
    }

    @Test
    void from_emptyRedisUrl_disablesRedis() {
        StackConfig config = from("redis: {url: ''}\n", Map.of());
        assertThat(config.redisIsOff()).isTrue();
        assertThat(config.redisIsLocal()).isFalse();
        assertThat(from("", Map.of()).redisIsOff()).isFalse();
    }

    @Test
    void from_invalidValues_reportsAll() {
        assertThatThrownBy(() -> from("stack: {prometheus-port: 0, grafana: 1}\n", Map.of("BEV_AVATAR_PORT", "eighty")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("3 problems")
                .hasMessageContaining("stack.prometheus-port")
                .hasMessageContaining("stack.grafana")
                .hasMessageContaining("environment variable BEV_AVATAR_PORT");
    }

    private static StackConfig from(String yaml, Map<String, String> environment) {
        return StackConfig.from(Config.of(yaml, "avatar.yaml", environment), ROOT, environment);
    }
}
