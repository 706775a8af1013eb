package io.bev.avatar.renderer.expression;

import io.bev.avatar.common.config.Config;
import java.time.Duration;

/**
 * Liveliness of the avatar; section {@code expression}.
 *
 * @param seed random seed, which makes runs reproducible
 * @param blinkIntervalMin shortest time from one blink to the next, &gt;= 500 ms
 * @param blinkIntervalMax longest time, &gt;= the shortest
 * @param idleAmount strength of breathing, small head movements and small eye movements: 0 none, 1 natural, at most 2
 */
public record ExpressionConfig(long seed, Duration blinkIntervalMin, Duration blinkIntervalMax, double idleAmount) {

    private static final Duration LOWEST = Duration.ofMillis(500);
    private static final Duration HIGHEST = Duration.ofMinutes(1);

    public static final ExpressionConfig DEFAULTS =
            new ExpressionConfig(1, Duration.ofSeconds(1), Duration.ofSeconds(8), 1);

    public ExpressionConfig {
        if (blinkIntervalMin.compareTo(LOWEST) < 0 || blinkIntervalMax.compareTo(blinkIntervalMin) < 0) {
            throw new IllegalArgumentException("blinks every " + blinkIntervalMin + " to " + blinkIntervalMax
                    + ": expected at least " + LOWEST + " and the maximum not below the minimum");
        }
        if (!(idleAmount >= 0 && idleAmount <= 2)) {
            throw new IllegalArgumentException("idle amount " + idleAmount + ": expected 0 to 2");
        }
    }

    /** Reads {@code expression.seed}, {@code .blink-interval-min}, {@code .blink-interval-max}, {@code .idle-amount}. */
    public static ExpressionConfig from(Config config) {
        int seed = config.integer("expression.seed", (int) DEFAULTS.seed, Integer.MIN_VALUE, Integer.MAX_VALUE);
        Duration min = config.duration("expression.blink-interval-min", DEFAULTS.blinkIntervalMin, LOWEST, HIGHEST);
        Duration max = config.duration("expression.blink-interval-max", DEFAULTS.blinkIntervalMax, LOWEST, HIGHEST);
        double idle = config.number("expression.idle-amount", DEFAULTS.idleAmount, 0, 2);
        if (max.compareTo(min) < 0) {
            config.problem(
                    "expression.blink-interval-max",
                    max.toMillis() + "ms",
                    "at least expression.blink-interval-min, " + min.toMillis() + "ms");
            max = min;
        }
        return new ExpressionConfig(seed, min, max, idle);
    }
}
