package io.bev.avatar.exporter.collector.endpoint;

import static io.bev.avatar.exporter.collector.Scrapes.failedScrape;
import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointCollectorTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final BoundedHttpClient http = new BoundedHttpClient();
    private final AtomicLong nanos = new AtomicLong();
    private StubHttpServer renderer;

    @BeforeEach
    void open() throws IOException {
        renderer = new StubHttpServer(request -> {
            nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(250));
            return Answer.json("{\"status\":\"ok\",\"fps\":30}");
        });
    }

    @AfterEach
    void close() {
        renderer.close();
        http.close();
    }

    private EndpointCollector collector(URI base, Duration timeout) {
        return new EndpointCollector(base, timeout, http, nanos::get);
    }

    @Test
    void healthy_exactExposition() throws Exception {
        assertThat(scrape(collector(renderer.address(""), LONG))).isEqualTo("""
            # HELP avatar_endpoint_up 1 if the renderer's health endpoint returns HTTP 200
            # TYPE avatar_endpoint_up gauge
            avatar_endpoint_up 1.0
            # HELP avatar_endpoint_response_seconds Response time of the health endpoint, or the time elapsed so far if longer
            # TYPE avatar_endpoint_response_seconds gauge
            avatar_endpoint_response_seconds 0.25
            # HELP avatar_endpoint_info Always 1; labels give the status in the health response and its HTTP status code
            # TYPE avatar_endpoint_info gauge
            avatar_endpoint_info{status="ok",code="200",} 1.0
            """);
    }

    @Test
    void baseWithSlash_samePath() throws Exception {
        scrape(collector(renderer.address("/"), LONG));

        assertThat(renderer.asked())
                .singleElement()
                .satisfies(request -> assertThat(request.path()).isEqualTo("/health"));
    }

    @Test
    void failedRenderer_downWithStatusAndTime() throws Exception {
        renderer.answer(request -> Answer.status(503, "{\"status\":\"failed\"}"));

        assertThat(failedScrape(collector(renderer.address(""), LONG), "/health returned HTTP 503, status failed"))
                .contains(
                        "avatar_endpoint_up 0.0", "avatar_endpoint_response_seconds", "status=\"failed\",code=\"503\"");
    }

    @Test
    void somethingElseListens_statusUnknown() throws Exception {
        renderer.answer(request -> Answer.status(200, "<html>\"status\"</html>"));

        assertThat(scrape(collector(renderer.address(""), LONG))).contains("status=\"unknown\"");
    }

    @Test
    void longOrOddStatus_notALabel() throws Exception {
        renderer.answer(request -> Answer.json("{\"status\":\"" + "x".repeat(100) + "\"}"));

        assertThat(scrape(collector(renderer.address(""), LONG))).contains("status=\"unknown\"");
    }

    @Test
    void nothingListening_downWithoutTime() throws Exception {
        assertThat(failedScrape(
                        collector(StubHttpServer.unreachable(""), LONG), "connection refused", "systemctl status"))
                .contains("avatar_endpoint_up 0.0")
                .doesNotContain("response_seconds", "avatar_endpoint_info");
    }

    @Test
    void silent_downAfterTheTimeout() throws Exception {
        renderer.answer(request -> Answer.silence());

        assertThat(failedScrape(collector(renderer.address(""), Duration.ofMillis(100)), "no response within 100 ms"))
                .contains("avatar_endpoint_up 0.0");
    }

    @Test
    void responseSlowerThanScrapes_isAwaited_andElapsedTimeReported() throws Exception {
        EndpointCollector collector = collector(renderer.address(""), LONG);
        scrape(collector);
        CountDownLatch go = new CountDownLatch(1);
        Semaphore asked = answersHeldUntil(go);

        assertThat(cutOff(() -> scrape(collector), asked)).contains("up 1.0", "response_seconds 2.0", "status=\"ok\"");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(4));
        assertThat(cutOff(() -> scrape(collector), new Semaphore(1))).contains("up 1.0", "response_seconds 6.0");
        assertThat(renderer.asked()).as("one request across both scrapes").hasSize(2);

        go.countDown();
        scrape(collector);
        assertThat(scrape(collector)).contains("up 1.0", "response_seconds 2.0");
    }

    @Test
    void noResponseYet_andNoRecentOne_downWithoutTime() throws Exception {
        EndpointCollector collector = collector(renderer.address(""), LONG);
        scrape(collector);
        nanos.addAndGet(EndpointCollector.LAST_RESULT_MAX_AGE.toNanos());
        CountDownLatch go = new CountDownLatch(1);
        Semaphore asked = answersHeldUntil(go);

        assertThat(cutOff(() -> failedScrape(collector, "no response from", "in time"), asked))
                .contains("up 0.0")
                .doesNotContain("response_seconds");
        go.countDown();
    }

    /** Each request takes 2 s and then blocks until {@code go}; the semaphore counts received requests. */
    private Semaphore answersHeldUntil(CountDownLatch go) {
        Semaphore asked = new Semaphore(0);
        renderer.answer(request -> {
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
            asked.release();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.json("{\"status\":\"ok\"}");
        });
        return asked;
    }

    /** A scrape that is interrupted once {@code end} has a permit. */
    private static String cutOff(Callable<String> scrape, Semaphore end) throws Exception {
        FutureTask<String> task = new FutureTask<>(scrape);
        Thread thread = new Thread(task);
        thread.start();
        end.acquire();
        thread.interrupt();
        return task.get();
    }
}
