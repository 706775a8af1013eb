package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {

    @Test
    void everyPart_runsOnce() {
        try (WorkerPool pool = new WorkerPool(4)) {
            for (int round = 0; round < 300; round++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(round);
                AtomicIntegerArray onWorker = new AtomicIntegerArray(4);
                pool.run(
                        (part, worker) -> {
                            runs.incrementAndGet(part);
                            assertThat(onWorker.incrementAndGet(worker)).isEqualTo(1);
                            onWorker.decrementAndGet(worker);
                        },
                        round);
                for (int part = 0; part < round; part++) {
                    assertThat(runs.get(part)).as("part %d of %d", part, round).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void failingPart_isReportedAndThePoolContinues() {
        try (WorkerPool pool = new WorkerPool(3)) {
            assertThatThrownBy(() -> pool.run(
                            (part, worker) -> {
                                if (part == 5) {
                                    throw new ArithmeticException("part five");
                                }
                            },
                            10))
                    .hasRootCauseMessage("part five");

            AtomicIntegerArray runs = new AtomicIntegerArray(10);
            pool.run((part, worker) -> runs.incrementAndGet(part), 10);
            assertThat(runs.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
        }
    }

    @Test
    void zeroThreads_isRejected() {
        assertThatThrownBy(() -> new WorkerPool(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
