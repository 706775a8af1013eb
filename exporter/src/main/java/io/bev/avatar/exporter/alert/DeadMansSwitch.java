package io.bev.avatar.exporter.alert;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises an alert when the heartbeat {@code AvatarWatchdog} stops arriving, or arrives unchanged because Prometheus is
 * down and Alertmanager repeats the last one. The timeout is doubled until the first heartbeat, because Prometheus and
 * Alertmanager may start after the exporter. Changes of the wall clock have no effect.
 *
 * <pre>
 * avatar_exporter_watchdog_timeout_seconds 240.0
 * avatar_exporter_watchdog_last_arrival_timestamp_seconds 1.767225600E9
 * </pre>
 */
public final class DeadMansSwitch {

    /** Prefix of the fingerprint, unique to alerts of the exporter itself. */
    static final String FINGERPRINT = "local-";

    /**
     * Annotation with the time at which Prometheus lastEvaluated the rule; Alertmanager repeats the last one for
     * minutes.
     */
    private static final String EVALUATED = "evaluated";

    private static final Logger LOG = LoggerFactory.getLogger(DeadMansSwitch.class);
    /** Logger whose lines have the journal priority critical. */
    private static final Logger CRITICAL = LoggerFactory.getLogger("critical");

    /**
     * Repeat interval; an alert that is not repeated expires after {@code exporter.alert-active-for}, at least 1 min.
     */
    private static final Duration REPEAT_INTERVAL = Duration.ofSeconds(30);

    private final Duration timeout;
    private final String instance;
    private final Path file;
    private final AlertPublisher publisher;
    private final Clock clock;
    private final Ticker ticker;
    private final long startedNanos;
    private Optional<Arrival> lastArrival = Optional.empty();
    private String lastEvaluated = "";
    private Optional<Instant> silentSince;
    private OptionalLong publishedNanos = OptionalLong.empty();

    /**
     * @param at wall-clock time, for display
     * @param nanos monotonic time, for elapsed time
     */
    private record Arrival(Instant at, long nanos) {}

    /**
     * @param timeout time without a heartbeat after which the alert is raised
     * @param instance name of this host
     * @param file persists a raised alert across restarts
     * @param clock for reported times
     * @param ticker for elapsed time
     */
    public DeadMansSwitch(
            Duration timeout, String instance, Path file, AlertPublisher publisher, Clock clock, Ticker ticker) {
        this.timeout = timeout;
        this.instance = instance;
        this.file = file;
        this.publisher = publisher;
        this.clock = clock;
        this.ticker = ticker;
        this.startedNanos = ticker.nanos();
        this.silentSince = read(file);
    }

    /** Records heartbeats. One that Prometheus has not re-lastEvaluated since the previous one is ignored. */
    public synchronized void onAlerts(List<AlertEvent> events) {
        for (AlertEvent event : events) {
            String stamp = event.annotations().getOrDefault(EVALUATED, "");
            if (event.firing()
                    && event.name().equals(AlertEvent.WATCHDOG)
                    && (stamp.isEmpty() || !stamp.equals(lastEvaluated))) {
                lastEvaluated = stamp;
                lastArrival = Optional.of(new Arrival(clock.instant(), ticker.nanos()));
            }
        }
    }

    /** Raises, repeats or resolves the alert if due. */
    public synchronized void evaluate() throws InterruptedException {
        Instant now = clock.instant();
        boolean silent = lastArrival
                .map(last -> elapsed(last.nanos(), timeout))
                .orElse(silentSince.isPresent() || elapsed(startedNanos, timeout.multipliedBy(2)));
        try {
            if (silent && silentSince.isEmpty()) {
                raise(now);
            } else if (silent && (publishedNanos.isEmpty() || elapsed(publishedNanos.getAsLong(), REPEAT_INTERVAL))) {
                publish(AlertEvent.FIRING, silentSince.orElse(now), now);
            } else if (!silent && silentSince.isPresent()) {
                resolve(silentSince.get(), now);
            }
        } catch (IOException e) {
            LOG.error("Cannot publish AvatarAlertPipelineSilent to Redis or queue it on disk: {}", e.getMessage());
        }
    }

    private boolean elapsed(long sinceNanos, Duration time) {
        return ticker.nanos() - sinceNanos >= time.toNanos();
    }

    private void raise(Instant now) throws IOException, InterruptedException {
        silentSince = Optional.of(now);
        CRITICAL.error(
                "No heartbeat from Prometheus and Alertmanager for {} s: alerts no longer reach {}",
                timeout.toSeconds(),
                instance);
        write(now.toString());
        publish(AlertEvent.FIRING, now, now);
    }

    private void resolve(Instant since, Instant now) throws IOException, InterruptedException {
        // First, so that a failed publication is retried at the next evaluation.
        publish(AlertEvent.RESOLVED, since, now);
        silentSince = Optional.empty();
        LOG.info("Heartbeat from Prometheus and Alertmanager is back on {}", instance);
        write("");
    }

    private void publish(String status, Instant since, Instant now) throws IOException, InterruptedException {
        publishedNanos = OptionalLong.of(ticker.nanos());
        publisher.publish(List.of(new AlertEvent(
                AlertEvent.ALERT,
                FINGERPRINT + instance + "-alert-pipeline",
                status,
                Map.of("alertname", "AvatarAlertPipelineSilent", "severity", "critical", "instance", instance),
                Map.of(
                        "summary", "Alerts no longer reach " + instance,
                        "description",
                                "AvatarWatchdog has not arrived for " + timeout.toSeconds() + " s: Prometheus or"
                                        + " Alertmanager is down, or the connection between them and the exporter"
                                        + " is broken."),
                Map.of("origin", "exporter"),
                since,
                status.equals(AlertEvent.RESOLVED) ? Optional.of(now) : Optional.empty(),
                now)));
    }

    private static Optional<Instant> read(Path file) {
        try {
            String text = Files.exists(file) ? BoundedFiles.readString(file).strip() : "";
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (IOException | DateTimeParseException e) {
            LOG.warn("{} is unreadable and ignored: {}", file, ErrorText.of(e));
            return Optional.empty();
        }
    }

    /** Without the file, a restart while the alert is raised causes a second alert, nothing worse. */
    private void write(String text) {
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, ErrorText.of(e));
        }
    }

    /** Writes the metrics. */
    public synchronized void collect(MetricSink out) {
        out.gauge(
                "avatar_exporter_watchdog_timeout_seconds",
                "Time without AvatarWatchdog after which AvatarAlertPipelineSilent is raised.",
                timeout.toMillis() / 1000.0);
        lastArrival.ifPresent(last -> out.gauge(
                "avatar_exporter_watchdog_last_arrival_timestamp_seconds",
                "Unix time of the last AvatarWatchdog heartbeat.",
                last.at().toEpochMilli() / 1000.0));
    }
}
