package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CpuShareTest {

    @Test
    void workThatTakesFourTimesItsCpuTime_isStarvation_untilItIsPast() {
        AtomicLong now = new AtomicLong();
        try (CpuShare cpu = new CpuShare(now::get)) {
            long second = TimeUnit.SECONDS.toNanos(1);

            assertThat(cpu.starvedSince(0)).isFalse();
            cpu.record(second, second + TimeUnit.MILLISECONDS.toNanos(100));
            assertThat(cpu.starvedSince(0)).isFalse();
            cpu.record(2 * second, 2 * second + TimeUnit.MILLISECONDS.toNanos(130));
            assertThat(cpu.starvedSince(0)).isTrue();
            assertThat(cpu.starvedSince(3 * second)).isFalse();
        }
    }
}
