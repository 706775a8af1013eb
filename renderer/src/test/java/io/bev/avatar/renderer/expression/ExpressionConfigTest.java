package io.bev.avatar.renderer.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpressionConfigTest {

    @Test
    void from_nothing_isTheDefault() {
        assertThat(ExpressionConfig.from(Config.of("", "test", Map.of()))).isEqualTo(ExpressionConfig.DEFAULTS);
    }

    @Test
    void from_everyKey_isTaken() {
        Config config = Config.of("""
                expression:
                  seed: 42
                  blink-interval-min: 2s
                  blink-interval-max: 6s
                  idle-amount: 0.5
                """, "test", Map.of());

        ExpressionConfig expression = ExpressionConfig.from(config);
        config.finish("expression");

        assertThat(expression).isEqualTo(new ExpressionConfig(42, Duration.ofSeconds(2), Duration.ofSeconds(6), 0.5));
    }

    @Test
    void from_crossedIntervalsAndBadAmount_reportsBoth() {
        Config config = Config.of(
                "expression: {blink-interval-min: 6s, blink-interval-max: 2s, idle-amount: 7}", "test", Map.of());

        ExpressionConfig.from(config);

        assertThatThrownBy(() -> config.finish("expression"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("expression.blink-interval-max")
                .hasMessageContaining("expression.idle-amount");
    }
}
