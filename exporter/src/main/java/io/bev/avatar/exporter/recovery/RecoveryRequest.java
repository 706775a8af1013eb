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
 * What an alert asks for: label {@code recovery}, annotations {@code cooldown} ("5m") and {@code max_per_hour}.
 *
 * @param fingerprint the alert's
 * @param startsAt with the fingerprint, what makes one firing
 * @param alert its name
 * @param gpuUuid the GPU that it is about; empty when it is about none
 * @param cooldown least time from one run of the action to the next, and the time in which it should help
 * @param maxPerHour most runs of the action within an hour
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

    /** The order that a firing alert gives; empty when it gives none. */
    static Optional<RecoveryRequest> of(AlertEvent event) {
        String label = event.labels().getOrDefault("recovery", "");
        if (!event.firing() || label.isEmpty()) {
            return Optional.empty();
        }
        Optional<RecoveryAction> action = RecoveryAction.of(label);
        if (action.isEmpty()) {
            LOG.warn("alert {} asks for recovery '{}', which there is not", event.name(), label);
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
                    "alert {}: cooldown '{}' is no time such as 5m: {} is taken", event.name(), text, DEFAULT_COOLDOWN);
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
            LOG.warn("alert {}: max_per_hour '{}' is no count: {} is taken", event.name(), text, DEFAULT_MAX_PER_HOUR);
            return DEFAULT_MAX_PER_HOUR;
        }
        return Integer.parseInt(text);
    }
}
