package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShortenedRulesTest {

    private final ShortenedRules rules = ShortenedRules.STANDARD;

    @Test
    void shorten_dividesTimesAndAddsConstant() {
        assertThat(rules.shorten("""
            - name: g
              interval: 2m
              rules:
                - alert: A
                  expr: increase(x[10m]) > 0 and up offset 1h == 1 and rate(x[30s]) > 0
                  for: 5m
                  keep_firing_for: 1m
            """)).isEqualTo("""
                            - name: g
                              interval: 14s
                              rules:
                                - alert: A
                                  expr: increase(x[110s]) > 0 and up offset 410s == 1 and rate(x[30s]) > 0
                                  for: 38s
                                  keep_firing_for: 14s
                            """);
    }

    @Test
    void shorten_keepsTextsAndNames() {
        String text = "  description: within 10 minutes; for: a while\n  expr: x:increase10m{reason=\"for 5m\"}\n";
        assertThat(rules.shorten(text)).isEqualTo(text);
    }

    @Test
    void shortenedFor_neverLongerThanShipped_andInSameOrder() {
        assertThat(Stream.of(0, 1, 2, 10, 15, 30, 60, 120, 300, 600)
                        .map(seconds ->
                                rules.shortenedFor(Duration.ofSeconds(seconds)).toSeconds()))
                .containsExactly(0L, 1L, 2L, 9L, 10L, 11L, 14L, 20L, 38L, 68L);
    }
}
