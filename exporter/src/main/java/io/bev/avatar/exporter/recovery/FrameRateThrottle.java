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

/** Lowers the renderer's frame rate step by step and gives it back likewise, unless somebody else has set it meanwhile. */
final class FrameRateThrottle {

    private static final Logger LOG = LoggerFactory.getLogger(FrameRateThrottle.class);

    private final RendererClient renderer;
    private final RecoveryStateStore notebook;
    private final RecoveryReporter diary;
    private final Clock clock;

    FrameRateThrottle(RendererClient renderer, RecoveryStateStore notebook, RecoveryReporter diary, Clock clock) {
        this.renderer = renderer;
        this.notebook = notebook;
        this.diary = diary;
        this.clock = clock;
    }

    /** The first step of a firing, from where the rate is; what was done, one line. */
    String lower() throws IOException, InterruptedException {
        int current = renderer.targetFps();
        Instant now = clock.instant();
        ThrottleState from = notebook.memory()
                .frameRate()
                .filter(rate -> rate.target() == current)
                .orElse(new ThrottleState(current, 0, now));
        if (from.lowest()) {
            notebook.note(memory -> memory.withFrameRate(Optional.of(from.at(now))));
            return current + " frames per second is the lowest step already";
        }
        return move(current, from.down(now));
    }

    /**
     * Goes on with a rate that was lowered, a cooldown after the last step: down while the alert fires, else up. At the lowest
     * step it sees that the renderer is still there.
     *
     * @param muted fingerprints of alerts that are silenced; for those it stays as it is
     */
    void step(Set<String> muted) throws InterruptedException {
        Optional<ThrottleState> lowered = notebook.memory().frameRate();
        if (lowered.isEmpty()) {
            return;
        }
        ThrottleState rate = lowered.get();
        Optional<RecoveryAttempt> cause = cause();
        boolean fires = cause.filter(RecoveryAttempt::fires).isPresent();
        boolean silenced = cause.filter(firing -> muted.contains(firing.order().fingerprint()))
                .isPresent();
        boolean held = fires && (silenced || notebook.memory().switchedOff());
        Instant now = clock.instant();
        Duration pause = cause.map(firing -> firing.order().cooldown()).orElse(RecoveryRequest.DEFAULT_COOLDOWN);
        if (held || now.isBefore(rate.changedAt().plus(pause))) {
            return;
        }
        try {
            if (fires && rate.lowest() && renderer.targetFps() == rate.target()) {
                notebook.note(memory -> memory.withFrameRate(Optional.of(rate.at(now))));
                return;
            }
            String detail = next(rate, fires, now);
            cause.filter(RecoveryAttempt::fires)
                    .ifPresent(firing -> notebook.note(
                            memory -> memory.with(memory.current(firing).steppedAt(now))));
            diary.stepped(cause, detail, now);
        } catch (IOException e) {
            LOG.warn("the frame rate stays {} step(s) lowered: {}", rate.step(), e.getMessage());
            notebook.note(memory -> memory.withFrameRate(Optional.of(rate.at(now))));
        }
    }

    /** The firing that the rate is lowered for: one that fires, or else the last one. */
    private Optional<RecoveryAttempt> cause() {
        return notebook.memory().firings().values().stream()
                .filter(firing -> firing.order().action() == RecoveryAction.LOWER_FRAME_RATE)
                .filter(firing -> firing.outcome()
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
            // The renderer was started again and is at its own rate.
            return move(current, rate.at(now));
        }
        notebook.note(memory -> memory.withFrameRate(Optional.empty()));
        return current == rate.original()
                ? "the frame rate is " + current + " again"
                : "somebody set the frame rate to " + current + ": recovery leaves it there";
    }

    /** Writes a step down, then has the renderer take it. */
    private String move(int current, ThrottleState to) throws IOException, InterruptedException {
        if (!notebook.commit(memory -> memory.withFrameRate(Optional.of(to)))) {
            throw new IOException("what it was cannot be written down");
        }
        renderer.setTargetFps(to.target());
        if (to.step() == 0) {
            notebook.note(memory -> memory.withFrameRate(Optional.empty()));
        }
        return "from " + current + " to " + to.target() + " frames per second";
    }
}
