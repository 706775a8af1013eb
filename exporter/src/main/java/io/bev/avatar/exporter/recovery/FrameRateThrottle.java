package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.config.RecoveryAction;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lowers the renderer's target frame rate in steps and restores it in steps, unless the target was changed externally
 * in the meantime.
 */
final class FrameRateThrottle {

    private static final Logger LOG = LoggerFactory.getLogger(FrameRateThrottle.class);

    private final RendererClient renderer;
    private final RecoveryStateStore store;
    private final RecoveryReporter reporter;
    private final Clock clock;

    FrameRateThrottle(RendererClient renderer, RecoveryStateStore store, RecoveryReporter reporter, Clock clock) {
        this.renderer = renderer;
        this.store = store;
        this.reporter = reporter;
        this.clock = clock;
    }

    /**
     * Takes the first step of an attempt from the current rate.
     *
     * @return description of the change, one line
     */
    String lower() throws IOException, InterruptedException {
        int current = renderer.targetFps();
        Instant now = clock.instant();
        ThrottleState from = store.state()
                .frameRate()
                .filter(rate -> rate.target() == current)
                .orElse(new ThrottleState(current, 0, now));
        if (from.lowest()) {
            store.update(state -> state.withFrameRate(Optional.of(from.at(now))));
            return current + " fps is already the lowest step";
        }
        return move(current, from.down(now));
    }

    /**
     * Takes the next step one cooldown after the last: down while the alert fires, otherwise up. At the lowest step it
     * only verifies the current rate.
     *
     * @param muted fingerprints of silenced or inhibited alerts; for those the rate does not change
     */
    void step(Set<String> muted) throws InterruptedException {
        Optional<ThrottleState> lowered = store.state().frameRate();
        if (lowered.isEmpty()) {
            return;
        }
        ThrottleState rate = lowered.get();
        Optional<RecoveryAttempt> cause = cause();
        boolean fires = cause.filter(RecoveryAttempt::fires).isPresent();
        boolean silenced = cause.filter(
                        attempt -> muted.contains(attempt.request().fingerprint()))
                .isPresent();
        boolean suppressed = fires && (silenced || store.state().switchedOff());
        Instant now = clock.instant();
        Duration pause = cause.map(attempt -> attempt.request().cooldown()).orElse(RecoveryRequest.DEFAULT_COOLDOWN);
        if (suppressed || now.isBefore(rate.changedAt().plus(pause))) {
            return;
        }
        try {
            if (fires && rate.lowest() && renderer.targetFps() == rate.target()) {
                store.update(state -> state.withFrameRate(Optional.of(rate.at(now))));
                return;
            }
            String detail = next(rate, fires, now);
            cause.filter(RecoveryAttempt::fires)
                    .ifPresent(attempt -> store.update(
                            state -> state.with(state.current(attempt).steppedAt(now))));
            reporter.stepped(cause, detail, now);
        } catch (IOException e) {
            LOG.warn("Cannot change the frame rate, it stays lowered by {} step(s): {}", rate.step(), e.getMessage());
            store.update(state -> state.withFrameRate(Optional.of(rate.at(now))));
        }
    }

    /** The attempt that caused the lowered rate: one whose alert fires, otherwise the last one. */
    private Optional<RecoveryAttempt> cause() {
        return store.state().attempts().values().stream()
                .filter(attempt -> attempt.request().action() == RecoveryAction.LOWER_FRAME_RATE)
                .filter(attempt -> attempt.outcome()
                        .filter(outcome -> outcome == Outcome.DONE || outcome == Outcome.INTERRUPTED)
                        .isPresent())
                .reduce((a, b) -> a.fires() && !b.fires() ? a : b);
    }

    private String next(ThrottleState rate, boolean fires, Instant now) throws IOException, InterruptedException {
        int current = renderer.targetFps();
        if (current == rate.target()) {
            return move(current, fires ? rate.down(now) : rate.up(now));
        }
        if (current == rate.original() && fires) {
            // The renderer restarted with its configured rate.
            return move(current, rate.at(now));
        }
        store.update(state -> state.withFrameRate(Optional.empty()));
        return current == rate.original()
                ? "the frame rate is back to " + current + " fps"
                : "the frame rate was set to " + current + " fps externally; recovery keeps that value";
    }

    /** Persists the step, then applies it to the renderer. */
    private String move(int current, ThrottleState to) throws IOException, InterruptedException {
        if (!store.updateDurably(state -> state.withFrameRate(Optional.of(to)))) {
            throw new IOException("the previous frame rate cannot be saved");
        }
        renderer.setTargetFps(to.target());
        if (to.step() == 0) {
            store.update(state -> state.withFrameRate(Optional.empty()));
        }
        return "from " + current + " to " + to.target() + " fps";
    }
}
