package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.alert.AlertEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One firing of an alert and how far its recovery is.
 *
 * @param order what was asked for
 * @param event the alert, for telling what became of it
 * @param phase where it is
 * @param outcome how it ended; empty before {@link Phase#ENDED}
 * @param since when the phase was entered; for a frame rate that goes down in steps, the last step
 * @param over when the alert was resolved; empty while it fires
 * @param ineffective whether it was told that it did not help
 */
record RecoveryAttempt(
        RecoveryRequest order,
        AlertEvent event,
        Phase phase,
        Optional<Outcome> outcome,
        Instant since,
        Optional<Instant> over,
        boolean ineffective) {

    /** Each firing goes through these once, in this order, or from the first to the last. */
    enum Phase {
        WAITING,
        RUNNING,
        ENDED
    }

    static RecoveryAttempt fresh(RecoveryRequest order, AlertEvent event, Instant now) {
        return new RecoveryAttempt(order, event, Phase.WAITING, Optional.empty(), now, Optional.empty(), false);
    }

    String key() {
        return key(order.fingerprint(), order.startsAt());
    }

    static String key(String fingerprint, Instant startsAt) {
        return fingerprint + "|" + startsAt;
    }

    boolean waiting() {
        return phase == Phase.WAITING;
    }

    boolean fires() {
        return over.isEmpty();
    }

    RecoveryAttempt running(Instant now) {
        return new RecoveryAttempt(order, event, Phase.RUNNING, Optional.empty(), now, over, false);
    }

    RecoveryAttempt ended(Outcome how, Instant now) {
        return new RecoveryAttempt(order, event, Phase.ENDED, Optional.of(how), now, over, false);
    }

    RecoveryAttempt over(Instant now) {
        return new RecoveryAttempt(order, event, phase, outcome, since, Optional.of(now), false);
    }

    RecoveryAttempt steppedAt(Instant now) {
        return new RecoveryAttempt(order, event, phase, outcome, now, over, false);
    }

    RecoveryAttempt withoutEffect() {
        return new RecoveryAttempt(order, event, phase, outcome, since, over, true);
    }

    /** Whether the alert should be over by now if the action had helped. */
    boolean shouldBeOver(Instant now) {
        return phase == Phase.ENDED
                && fires()
                && outcome.filter(Outcome::shouldHaveHelped).isPresent()
                && !now.isBefore(since.plus(order.cooldown()));
    }

    /** What to tell of it. */
    AlertEvent told(String status, String detail, Instant now) {
        return event.became(
                AlertEvent.RECOVERY, status, Map.of("action", order.action().label(), "detail", detail), now);
    }
}
