package io.bev.avatar.exporter.collector.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The renderer's {@code /health}, as anybody would ask for it.
 *
 * <pre>
 * avatar_endpoint_up 1
 * avatar_endpoint_response_seconds 0.002
 * avatar_endpoint_info{status="ok",code="200"} 1
 * </pre>
 *
 * <p>Up means an answer of 200, which is also given while degraded. Without any answer there is no response time.
 *
 * <p>An answer may take longer than a scrape: then it is awaited over several. Meanwhile the last one, where it is not older than
 * {@link #REMEMBERED}, says whether the page is up, and the response time is that of the last one or, where it is longer, what
 * this one has taken so far. So a page is known to be slow as soon as it is, and down when nothing came within the timeout.
 */
public final class EndpointCollector implements Collector {

    /** How long an answer counts while the next one is awaited. */
    static final Duration REMEMBERED = Duration.ofMinutes(1);

    private static final int MAX_BYTES = 64 * 1024;
    private static final int OK = 200;
    private static final int LONGEST_STATUS = 32;

    private final URI health;
    private final Duration timeout;
    private final BoundedHttpClient http;
    private final Ticker ticker;
    private final ExecutorService asker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "health-question");
        thread.setDaemon(true);
        return thread;
    });

    private Optional<Question> underWay = Optional.empty();
    private Optional<Finding> last = Optional.empty();

    /** A question that was put; times of the ticker, in nanoseconds. */
    private record Question(long sinceNanos, Future<Finding> finding) {}

    /**
     * What a question came to.
     *
     * @param atNanos when, by the ticker
     * @param seconds until the answer was there; empty without one
     * @param status the word in the answer
     * @param code its HTTP code; 0 without an answer
     * @param failure why there is none
     */
    private record Finding(
            long atNanos, OptionalDouble seconds, String status, int code, Optional<IOException> failure) {}

    /**
     * @param renderer base address of the renderer's page
     * @param timeout after which a page that does not answer is down
     */
    public EndpointCollector(URI renderer, Duration timeout, BoundedHttpClient http, Ticker ticker) {
        this.health = URI.create(renderer.toString().replaceAll("/+$", "") + "/health");
        this.timeout = timeout;
        this.http = http;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "endpoint";
    }

    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        Optional<Question> open = underWay;
        underWay = Optional.empty();
        if (open.isPresent() && open.get().finding().isDone()) {
            // It came to its end between two scrapes.
            last = Optional.of(result(open.get()));
            open = Optional.empty();
        }
        Question question = open.orElseGet(this::ask);
        try {
            Finding finding = await(question);
            last = Optional.of(finding);
            tell(out, finding, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            underWay = Optional.of(question);
            tellSoFar(out, (ticker.nanos() - question.sinceNanos()) * 1e-9);
        }
    }

    private Question ask() {
        long start = ticker.nanos();
        return new Question(start, asker.submit(() -> find(start)));
    }

    private Finding find(long startNanos) throws InterruptedException {
        try {
            HttpResponse<String> answer =
                    http.exchange(HttpRequest.newBuilder(health).build(), timeout, MAX_BYTES);
            long now = ticker.nanos();
            return new Finding(
                    now,
                    OptionalDouble.of((now - startNanos) * 1e-9),
                    status(answer.body()),
                    answer.statusCode(),
                    Optional.empty());
        } catch (IOException e) {
            return new Finding(ticker.nanos(), OptionalDouble.empty(), "", 0, Optional.of(e));
        }
    }

    private static Finding await(Question question) throws InterruptedException {
        try {
            return question.finding().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking for the page's health failed", e.getCause());
        }
    }

    private static Finding result(Question question) {
        try {
            return await(question);
        } catch (InterruptedException e) {
            throw new IllegalStateException("what is done does not wait", e);
        }
    }

    /** While the answer is awaited: what is known of the last one, and that this one takes at least so long. */
    private void tellSoFar(MetricSink out, double soFarSeconds) throws PartialCollectionException {
        long oldest = ticker.nanos() - REMEMBERED.toNanos();
        Optional<Finding> known = last.filter(finding -> finding.atNanos() - oldest >= 0);
        if (known.isEmpty()) {
            up(out, 0);
            throw new PartialCollectionException("no answer from " + health + " in time");
        }
        tell(out, known.get(), soFarSeconds);
    }

    private void tell(MetricSink out, Finding finding, double atLeastSeconds) throws PartialCollectionException {
        up(out, finding.code() == OK ? 1 : 0);
        double seconds = Math.max(finding.seconds().orElse(0), atLeastSeconds);
        if (seconds > 0 || finding.seconds().isPresent()) {
            out.gauge(
                    "avatar_endpoint_response_seconds",
                    "Time until the health answer was there, or so far where that is longer",
                    seconds);
        }
        if (finding.failure().isPresent()) {
            IOException failure = finding.failure().get();
            throw new PartialCollectionException(
                    "no answer from " + health + ": " + failure.getMessage()
                            + "; see 'systemctl status bev-advanced-avatar'",
                    failure);
        }
        out.gauge(
                "avatar_endpoint_info",
                "1, with the status in the health answer and its HTTP code",
                1,
                "status",
                finding.status(),
                "code",
                String.valueOf(finding.code()));
        if (finding.code() != OK) {
            throw new PartialCollectionException(
                    health + " answers HTTP " + finding.code() + ", status " + finding.status());
        }
    }

    @Override
    public void close() {
        asker.shutdownNow();
    }

    private static void up(MetricSink out, int value) {
        out.gauge("avatar_endpoint_up", "1 when the renderer's health answer is 200", value);
    }

    /** The word under "status", {@code unknown} where the answer has none such. */
    private static String status(String body) {
        try {
            JsonNode status = JsonTrees.JSON.read(body).path("status");
            String word = status.asText("").toLowerCase(Locale.ROOT);
            return word.matches("[a-z_]{1," + LONGEST_STATUS + "}") ? word : "unknown";
        } catch (JsonProcessingException e) {
            return "unknown";
        }
    }
}
