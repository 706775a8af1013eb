package io.bev.avatar.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PasswordThrottleTest {

    private final AtomicLong now = new AtomicLong();
    private final PasswordThrottle throttle = new PasswordThrottle("test", now::get);

    private void advance(long amount, TimeUnit unit) {
        now.addAndGet(unit.toNanos(amount));
    }

    @Test
    void fewWrongPasswords_areNotSlowed() {
        for (int i = 0; i < 19; i++) {
            assertThat(throttle.permits("a")).isTrue();
            throttle.failed("a");
        }
        assertThat(throttle.permits("a")).isTrue();
    }

    @Test
    void manyWrongPasswords_areLimitedToOnePerSecond_perClient() {
        int checked = 0;
        for (int i = 0; i < 2000; i++) {
            if (throttle.permits("a")) {
                checked++;
                throttle.failed("a");
            }
            advance(500, TimeUnit.MICROSECONDS);
        }
        assertThat(checked).isBetween(20, 22);
        assertThat(throttle.permits("b")).isTrue();
    }

    @Test
    void afterAMinuteWithoutAttempts_isFreeAgain() {
        for (int i = 0; i < 30; i++) {
            throttle.failed("a");
        }
        assertThat(throttle.permits("a")).isFalse();
        advance(61, TimeUnit.SECONDS);
        assertThat(throttle.permits("a")).isTrue();
        throttle.failed("a");
        assertThat(throttle.permits("a")).isTrue();
    }
}
