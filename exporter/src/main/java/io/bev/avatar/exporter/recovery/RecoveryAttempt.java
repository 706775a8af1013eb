package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.alert.AlertEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Recovery attempt for one firing of an alert.
 *
 * @param request the requested action
 * @param event the alert, basis of the reported events
 * @param phase current phase
 * @param outcome result; empty before {@link Phase#ENDED}
 * @param since time at which the phase was entered; for a frame rate lowered in steps, time of the last step
 * @param resolvedAt when the alert was resolved; empty while it fires
 * @param ineffective whether it was reported as ineffective
 */
record RecoveryAttempt(
        RecoveryRequest request,
        AlertEvent event,
        Phase phase,
        Optional<Outcome> outcome,
        Instant since,
        Optional<Instant> resolvedAt,
        boolean ineffective) {

    /** Phases of an attempt, in this order; RUNNING may be skipped. */
    enum Phase {
        WAITING,
        RUNNING,
        ENDED
    }

    static RecoveryAttempt waiting(RecoveryRequest request, AlertEvent event, Instant now) {
        return new RecoveryAttempt(request, event, Phase.WAITING, Optional.empty(), now, Optional.empty(), false);
    }

    String key() {
        return key(request.fingerprint(), request.startsAt());
    }

    static String key(String fingerprint, Instant startsAt) {
        return fingerprint + "|" + startsAt;
    }

    boolean waiting() {
        return phase == Phase.WAITING;
    }

    boolean fires() {
        return resolvedAt.isEmpty();
    }

    RecoveryAttempt running(Instant now) {
        return new RecoveryAttempt(request, event, Phase.RUNNING, Optional.empty(), now, resolvedAt, false);
    }

    RecoveryAttempt ended(Outcome how, Instant now) {
        return new RecoveryAttempt(request, event, Phase.ENDED, Optional.of(how), now, resolvedAt, false);
    }

    RecoveryAttempt resolved(Instant now) {
        return new RecoveryAttempt(request, event, phase, outcome, since, Optional.of(now), false);
    }

    RecoveryAttempt steppedAt(Instant now) {
        return new RecoveryAttempt(request, event, phase, outcome, now, resolvedAt, false);
    }

    RecoveryAttempt markedIneffective() {
        return new RecoveryAttempt(request, event, phase, outcome, since, resolvedAt, true);
    }

    /** Whether the alert should have been resolved by now if the action had been effective. */
    boolean isCooldownExpired(Instant now) {
        return phase == Phase.ENDED
                && fires()
                && outcome.filter(Outcome::shouldHaveHelped).isPresent()
                && !now.isBefore(since.plus(request.cooldown()));
    }

    /** Recovery event to publish. */
    AlertEvent toEvent(String status, String detail, Instant now) {
        return event.withStatus(
                AlertEvent.RECOVERY, status, Map.of("action", request.action().label(), "detail", detail), now);
    }
}
