package io.bev.avatar.exporter.collector;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScrapeRunnerTest {

    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<ScrapeRunner> opened = new ArrayList<>();

    private interface Body {
        void collect(MetricSink out) throws Exception;
    }

    private static Collector collector(String name, Body body) {
        return new Collector() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void collect(MetricSink out) throws Exception {
                body.collect(out);
            }
        };
    }

    private static Collector steady(String name) {
        return collector(name, out -> out.gauge(name + "_value", "A value.", 1));
    }

    private ScrapeRunner runner(Collector... collectors) {
        ScrapeRunner runner = new ScrapeRunner(List.of(collectors), LONG, Ticker.system(), Clock.systemUTC());
        opened.add(runner);
        return runner;
    }

    private static List<CollectorResult> scrape(ScrapeRunner runner, Duration budget) throws InterruptedException {
        return runner.scrape(runner.names(), budget);
    }

    @AfterEach
    void close() {
        opened.forEach(ScrapeRunner::close);
    }

    @Test
    void scrape_severalCollectors_returnsFamiliesInOrder() throws Exception {
        List<CollectorResult> results = scrape(runner(steady("a"), steady("b")), LONG);

        assertThat(results).extracting(CollectorResult::collector).containsExactly("a", "b");
        assertThat(results).allMatch(CollectorResult::success);
        assertThat(results.get(1).families().get(0).name()).isEqualTo("b_value");
    }

    @Test
    void scrape_throwingCollector_failsAloneWithoutSamples() throws Exception {
        ScrapeRunner runner = runner(
                collector("broken", out -> {
                    out.gauge("half_done", "Half.", 1);
                    throw new IllegalStateException("no driver\nload it");
                }),
                steady("fine"));

        List<CollectorResult> results = scrape(runner, LONG);

        assertThat(results.get(0).families()).isEmpty();
        assertThat(results.get(0).error().map(CollectorError::text)).contains("no driver load it");
        assertThat(results.get(1).success()).isTrue();
    }

    @Test
    void scrape_missingNativeSymbol_failsTheCollector() throws Exception {
        ScrapeRunner runner = runner(collector("native", out -> {
            throw new UnsatisfiedLinkError("nvmlDeviceGetNothing");
        }));

        assertThat(scrape(runner, LONG).get(0).error().map(CollectorError::text))
                .contains("nvmlDeviceGetNothing");
    }

    @Test
    void scrape_partialCollection_keepsItsSamplesAndFails() throws Exception {
        ScrapeRunner runner = runner(collector("redis", out -> {
            out.gauge("redis_up", "Up.", 0);
            throw new PartialCollectionException("away");
        }));

        CollectorResult result = scrape(runner, LONG).get(0);

        assertThat(result.success()).isFalse();
        assertThat(result.families()).hasSize(1);
    }

    /** An alert on the source's {@code up} series would start again with each scrape in which it is absent. */
    @Test
    void scrape_hangingCollector_reportsItsSourceAsUnreachable_inEachScrape() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ScrapeRunner runner = runner(new Collector() {
            @Override
            public String name() {
                return "redis";
            }

            @Override
            public void collect(MetricSink out) {
                while (release.getCount() > 0) {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        // Like a native call: does not react to the interrupt.
                    }
                }
            }

            @Override
            public void reportUnreachable(MetricSink out) {
                out.gauge("redis_up", "Up.", 0);
            }
        });

        for (int i = 0; i < 3; i++) {
            CollectorResult result = scrape(runner, SHORT).get(0);
            assertThat(result.success()).isFalse();
            assertThat(result.families())
                    .singleElement()
                    .satisfies(family -> assertThat(family.name()).isEqualTo("redis_up"));
        }
        release.countDown();
    }

    @Test
    void scrape_hangingCollector_isInterruptedAbandonedAndNotRestartedUntilItReturns() throws Exception {
        AtomicInteger started = new AtomicInteger();
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch release = new CountDownLatch(1);
        ScrapeRunner runner = runner(
                collector("wedged", out -> {
                    started.incrementAndGet();
                    // Like a native call: does not react to the interrupt.
                    boolean free = false;
                    while (!free) {
                        try {
                            free = release.await(1, SECONDS);
                        } catch (InterruptedException e) {
                            interrupted.set(true);
                        }
                    }
                    out.gauge("late_value", "Late.", 1);
                }),
                steady("fine"));

        List<CollectorResult> first = scrape(runner, SHORT);
        List<CollectorResult> second = scrape(runner, SHORT);

        assertThat(first.get(0).success()).isFalse();
        assertThat(first.get(0).error().orElseThrow().text()).contains("deadline exceeded");
        assertThat(first.get(1).success()).isTrue();
        assertThat(second.get(0).error().orElseThrow().text()).contains("still busy");
        assertThat(second.get(1).success()).isTrue();
        assertThat(interrupted).isTrue();
        assertThat(started).hasValue(1);

        release.countDown();
        CollectorResult after = scrape(runner, LONG).get(0);
        while (!after.success()) {
            after = scrape(runner, LONG).get(0);
        }
        assertThat(after.families().get(0).name()).isEqualTo("late_value");
        assertThat(started).hasValue(2);
    }

    @Test
    void scrape_budgetAlreadyExhausted_failsImmediately() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ScrapeRunner runner = runner(collector("wedged", out -> release.await()));

        CollectorResult result = scrape(runner, Duration.ofMillis(-20)).get(0);

        assertThat(result.error().orElseThrow().text()).startsWith("no response within 0 ms: deadline exceeded");
        release.countDown();
    }

    @Test
    void scrape_collectorThatUnwindsWhenInterrupted_returnsPartialResult() throws Exception {
        ScrapeRunner runner = runner(collector("redis", out -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                out.gauge("redis_up", "Up.", 0);
                throw new PartialCollectionException("no answer in time", e);
            }
        }));

        CollectorResult result = scrape(runner, Duration.ofSeconds(2)).get(0);

        assertThat(result.error().map(CollectorError::text)).contains("no answer in time");
        assertThat(result.families()).hasSize(1);
    }

    @Test
    void scrape_interruptOfOneRun_doesNotReachTheNext() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        ScrapeRunner runner = runner(collector("slowOnce", out -> {
            if (runs.incrementAndGet() == 1) {
                try {
                    new CountDownLatch(1).await();
                } finally {
                    Thread.currentThread().interrupt();
                }
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }));

        assertThat(scrape(runner, SHORT).get(0).success()).isFalse();
        CollectorResult next = scrape(runner, LONG).get(0);
        while (next.error().filter(e -> e.text().contains("still busy")).isPresent()) {
            next = scrape(runner, LONG).get(0);
        }

        assertThat(next.error()).isEmpty();
    }

    @Test
    void scrape_hundredConcurrent_shareOneCollection() throws Exception {
        AtomicInteger started = new AtomicInteger();
        Semaphore entered = new Semaphore(0);
        CountDownLatch release = new CountDownLatch(1);
        ScrapeRunner runner = runner(collector("slow", out -> {
            started.incrementAndGet();
            entered.release();
            release.await();
            out.gauge("slow_value", "A value.", 1);
        }));
        ExecutorService clients = Executors.newFixedThreadPool(100);
        try {
            List<Future<List<CollectorResult>>> answers = new ArrayList<>();
            CountDownLatch asking = new CountDownLatch(100);
            Callable<List<CollectorResult>> client = () -> {
                asking.countDown();
                return scrape(runner, LONG);
            };
            for (int i = 0; i < 100; i++) {
                answers.add(clients.submit(client));
            }
            assertThat(asking.await(20, SECONDS)).isTrue();
            assertThat(entered.tryAcquire(20, SECONDS)).isTrue();
            release.countDown();

            for (Future<List<CollectorResult>> answer : answers) {
                assertThat(answer.get(20, SECONDS).get(0).success()).isTrue();
            }
        } finally {
            clients.shutdownNow();
        }
        // A client that scraped after the collection had ended correctly started another one.
        assertThat(started.get()).isBetween(1, 100 / 2);
    }

    @Test
    void scrape_afterAnotherEnded_collectsAgain() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        ScrapeRunner runner = runner(collector("a", out -> runs.incrementAndGet()));

        scrape(runner, LONG);
        scrape(runner, LONG);

        assertThat(runs).hasValue(2);
    }

    @Test
    void scrape_shortScrapeThatJoinsALongOne_doesNotEndIt() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ScrapeRunner runner = runner(collector("slow", out -> {
            entered.countDown();
            release.await();
            out.gauge("slow_value", "A value.", 1);
        }));
        ExecutorService patient = Executors.newSingleThreadExecutor();
        try {
            Future<List<CollectorResult>> long1 = patient.submit(() -> scrape(runner, LONG));
            assertThat(entered.await(20, SECONDS)).isTrue();

            assertThat(scrape(runner, SHORT).get(0).success()).isFalse();
            release.countDown();

            assertThat(long1.get(20, SECONDS).get(0).success()).isTrue();
        } finally {
            patient.shutdownNow();
        }
    }

    @Test
    void scrape_someWanted_skipsTheOthers() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        ScrapeRunner runner = runner(steady("a"), collector("b", out -> runs.incrementAndGet()));

        assertThat(runner.scrape(Set.of("a"), LONG)).hasSize(1);

        assertThat(runs).hasValue(0);
    }

    @Test
    void statuses_failureThenSuccess_retainBoth() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        ScrapeRunner runner = runner(collector("a", out -> {
            if (broken.get()) {
                throw new IllegalStateException("away");
            }
        }));
        assertThat(runner.statuses().get(0).last()).isEmpty();

        scrape(runner, LONG);
        assertThat(runner.statuses().get(0).lastSuccess()).isEmpty();
        broken.set(false);
        scrape(runner, LONG);

        CollectorStatus status = runner.statuses().get(0);
        assertThat(status.last().orElseThrow().success()).isTrue();
        assertThat(status.lastSuccess()).isPresent();
        assertThat(status.lastError()).contains("away");
    }

    @Test
    void new_sameNameTwice_isRejected() {
        assertThatThrownBy(() -> runner(steady("a"), steady("a"))).hasMessageContaining("two collectors named a");
    }
}
