package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.alert.AlertEvent;
import io.bev.avatar.exporter.config.RecoveryAction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovery request parsed from an alert: label {@code recovery}, annotations {@code cooldown} ("5m") and {@code
 * max_per_hour}.
 *
 * @param fingerprint of the alert
 * @param startsAt start of the firing; identifies it together with the fingerprint
 * @param alert name of the alert
 * @param gpuUuid UUID of the affected GPU; empty if the alert is not about a GPU
 * @param cooldown minimum time between runs of the action, and the time within which it should take effect
 * @param maxPerHour maximum number of runs of the action per hour
 */
record RecoveryRequest(
        String fingerprint,
        Instant startsAt,
        String alert,
        RecoveryAction action,
        String gpuUuid,
        Duration cooldown,
        int maxPerHour) {

    static final Duration DEFAULT_COOLDOWN = Duration.ofMinutes(10);
    static final int DEFAULT_MAX_PER_HOUR = 2;

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryRequest.class);
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(s|m|h)");
    private static final Pattern COUNT = Pattern.compile("[1-9]\\d{0,3}");

    /** The request of a firing alert; empty if it requests no known action. */
    static Optional<RecoveryRequest> of(AlertEvent event) {
        String label = event.labels().getOrDefault("recovery", "");
        if (!event.firing() || label.isEmpty()) {
            return Optional.empty();
        }
        Optional<RecoveryAction> action = RecoveryAction.of(label);
        if (action.isEmpty()) {
            LOG.warn("Unknown recovery action '{}' in alert {}", label, event.name());
        }
        return action.map(known -> new RecoveryRequest(
                event.fingerprint(),
                event.startsAt(),
                event.name(),
                known,
                event.labels().getOrDefault("uuid", ""),
                cooldown(event),
                maxPerHour(event)));
    }

    private static Duration cooldown(AlertEvent event) {
        String text = event.annotations().getOrDefault("cooldown", "");
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            LOG.warn(
                    "Alert {}: invalid cooldown '{}', expected a duration such as 5m; using {}",
                    event.name(),
                    text,
                    DEFAULT_COOLDOWN);
            return DEFAULT_COOLDOWN;
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static int maxPerHour(AlertEvent event) {
        String text = event.annotations().getOrDefault("max_per_hour", "");
        if (!COUNT.matcher(text).matches()) {
            LOG.warn(
                    "Alert {}: invalid max_per_hour '{}', expected 1 to 9999; using {}",
                    event.name(),
                    text,
                    DEFAULT_MAX_PER_HOUR);
            return DEFAULT_MAX_PER_HOUR;
        }
        return Integer.parseInt(text);
    }
}
