package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ArchiveTrainingTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Console console = Console.of(new PrintStream(out, true, StandardCharsets.UTF_8), Map.of());

    @Test
    void start_returnsAtOnce_andItsProcessesHaveTheLowestPriority() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<String> niceness = new AtomicReference<>("");
        CountDownLatch done = new CountDownLatch(1);
        ArchiveTraining training = ArchiveTraining.start(console, () -> {
            release.await();
            Process child = new ProcessBuilder("nice").start();
            niceness.set(new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
            done.countDown();
            return true;
        });
        assertThat(out.size()).isZero();
        release.countDown();
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(niceness).hasValue("19");
        training.stop();
    }

    @Test
    void run_fails_isReportedWithTheEffect() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        ArchiveTraining training = ArchiveTraining.start(console, () -> {
            started.countDown();
            throw new IOException("no space left");
        });
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (out.size() == 0 && System.nanoTime() - end < 0) {
            Thread.sleep(5);
        }
        training.stop();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("class archives not created, starts take longer: no space left");
    }

    @Test
    void stop_duringARun_interruptsItAndWaitsUntilItHasEndedItsProcesses() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch cleaned = new CountDownLatch(1);
        ArchiveTraining training = ArchiveTraining.start(console, () -> {
            try {
                started.countDown();
                new CountDownLatch(1).await();
                return true;
            } finally {
                cleaned.countDown();
            }
        });
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

        training.stop();

        assertThat(cleaned.getCount()).isZero();
        assertThat(out.size()).isZero();
    }
}
