package io.bev.avatar.exporter.alert;

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
 * Raises an alert of its own when the sign of life, {@code AvatarWatchdog}, stops arriving, or is the same over and over, since
 * Prometheus has gone and Alertmanager has not noticed: then nobody else can. Before the first one it waits twice as long, for
 * Prometheus and Alertmanager may start after the exporter. A clock that is set is neither silence nor a sign of life.
 *
 * <pre>
 * avatar_exporter_watchdog_timeout_seconds 240.0
 * avatar_exporter_watchdog_last_arrival_timestamp_seconds 1.767225600E9
 * </pre>
 */
public final class DeadMansSwitch {

    /** What its fingerprint begins with, and no other does. */
    static final String FINGERPRINT = "local-";

    /** Annotation with the time at which Prometheus looked at the rule; Alertmanager goes on with the last one for minutes. */
    private static final String EVALUATED = "evaluated";

    private static final Logger LOG = LoggerFactory.getLogger(DeadMansSwitch.class);
    /** Its lines carry the journal's critical priority. */
    private static final Logger CRITICAL = LoggerFactory.getLogger("critical");

    /** An alert that is not told again is forgotten after {@code exporter.alert-active-for}, a minute at least. */
    private static final Duration TOLD_AGAIN = Duration.ofSeconds(30);

    private final Duration timeout;
    private final String instance;
    private final Path file;
    private final AlertPublisher publisher;
    private final Clock clock;
    private final Ticker ticker;
    private final long startedNanos;
    private Optional<Arrival> arrived = Optional.empty();
    private String evaluated = "";
    private Optional<Instant> silentSince;
    private OptionalLong toldNanos = OptionalLong.empty();

    /** @param at for people; how long ago it is, only {@code nanos} tells */
    private record Arrival(Instant at, long nanos) {}

    /**
     * @param timeout silence after which it speaks
     * @param instance name of this host
     * @param file keeps over restarts that it has spoken
     * @param clock for the times that are told
     * @param ticker for those that pass
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

    /** Takes note of what arrived. A sign of life that Prometheus has not renewed since the one before is none. */
    public synchronized void arrived(List<AlertEvent> events) {
        for (AlertEvent event : events) {
            String stamp = event.annotations().getOrDefault(EVALUATED, "");
            if (event.firing()
                    && event.name().equals(AlertEvent.WATCHDOG)
                    && (stamp.isEmpty() || !stamp.equals(evaluated))) {
                evaluated = stamp;
                arrived = Optional.of(new Arrival(clock.instant(), ticker.nanos()));
            }
        }
    }

    /** Looks whether it is time to speak, or to say that all is well again. */
    public synchronized void look() throws InterruptedException {
        Instant now = clock.instant();
        boolean silent = arrived.map(last -> passed(last.nanos(), timeout))
                .orElse(silentSince.isPresent() || passed(startedNanos, timeout.multipliedBy(2)));
        try {
            if (silent && silentSince.isEmpty()) {
                begin(now);
            } else if (silent && (toldNanos.isEmpty() || passed(toldNanos.getAsLong(), TOLD_AGAIN))) {
                publish(AlertEvent.FIRING, silentSince.orElse(now), now);
            } else if (!silent && silentSince.isPresent()) {
                end(silentSince.get(), now);
            }
        } catch (IOException e) {
            LOG.error("the silence of the alerts can be told neither to Redis nor to the disk: {}", e.getMessage());
        }
    }

    private boolean passed(long sinceNanos, Duration time) {
        return ticker.nanos() - sinceNanos >= time.toNanos();
    }

    private void begin(Instant now) throws IOException, InterruptedException {
        silentSince = Optional.of(now);
        CRITICAL.error(
                "no sign of life from Prometheus and Alertmanager for {} s: alerts no longer arrive on {}",
                timeout.toSeconds(),
                instance);
        write(now.toString());
        publish(AlertEvent.FIRING, now, now);
    }

    private void end(Instant since, Instant now) throws IOException, InterruptedException {
        // First of all, so that an end that nobody takes is told at the next look.
        publish(AlertEvent.RESOLVED, since, now);
        silentSince = Optional.empty();
        LOG.info("the sign of life from Prometheus and Alertmanager is back on {}", instance);
        write("");
    }

    private void publish(String status, Instant since, Instant now) throws IOException, InterruptedException {
        toldNanos = OptionalLong.of(ticker.nanos());
        publisher.publish(List.of(new AlertEvent(
                AlertEvent.ALERT,
                FINGERPRINT + instance + "-alert-pipeline",
                status,
                Map.of("alertname", "AvatarAlertPipelineSilent", "severity", "critical", "instance", instance),
                Map.of(
                        "summary", "Alerts no longer reach " + instance,
                        "description",
                                "AvatarWatchdog has not arrived for " + timeout.toSeconds()
                                        + " seconds: Prometheus or Alertmanager is down, or the way between them and the"
                                        + " exporter."),
                Map.of("origin", "exporter"),
                since,
                status.equals(AlertEvent.RESOLVED) ? Optional.of(now) : Optional.empty(),
                now)));
    }

    private static Optional<Instant> read(Path file) {
        try {
            String text = Files.exists(file) ? Files.readString(file).strip() : "";
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (IOException | DateTimeParseException e) {
            LOG.warn("{}: left out: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** Without the file, a restart in the middle of a silence ends in a second alert, no worse. */
    private void write(String text) {
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            LOG.warn("{}: cannot be written: {}", file, e.toString());
        }
    }

    /** Tells the metrics. */
    public synchronized void collect(MetricSink out) {
        out.gauge(
                "avatar_exporter_watchdog_timeout_seconds",
                "Silence of AvatarWatchdog that counts as a fault.",
                timeout.toMillis() / 1000.0);
        arrived.ifPresent(last -> out.gauge(
                "avatar_exporter_watchdog_last_arrival_timestamp_seconds",
                "When AvatarWatchdog, the sign of life, last arrived, Unix time.",
                last.at().toEpochMilli() / 1000.0));
    }
}
