package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.time.Ticker;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Applies events to a state without a store, and reports which rule matches each. Not thread-safe. */
public final class OsintTrial {

    private static final double MAX_SECONDS = 86_400;

    private final ManualTicker ticker = new ManualTicker();
    private final EmotionFades fades = new EmotionFades(ticker);
    private final OsintRules rules;
    private final ThreatScale scale;
    private AvatarState state = AvatarState.initial(Instant.EPOCH);
    private boolean rejected;

    public OsintTrial(OsintConfig config) {
        rules = new OsintRules(config.rules(), fades);
        scale = config.scale();
    }

    /** Time of the trial. */
    private static final class ManualTicker implements Ticker {
        private long nanos;

        @Override
        public long nanos() {
            return nanos;
        }
    }

    /**
     * Applies an event to the state that the ones before have left.
     *
     * @param json an event, UTF-8; its field {@code after_seconds} is the time since the one before, default 0
     * @return one line: the rule, counted from 0 as in {@code osint.rules[0]}, and the emotion shown, with what it fades to; or why the event is rejected
     */
    public String apply(String json) {
        try {
            ObjectNode document = StateDocument.parse(json.getBytes(StandardCharsets.UTF_8));
            OsintEvent event = OsintEvent.of(new JsonFields(document, false), scale);
            pass(document.path("after_seconds").asDouble());
            Optional<Integer> rule = rules.matching(event, state, Instant.EPOCH);
            state = rules.apply(event, state, Instant.EPOCH);
            return rule.map(index -> "osint.rules[" + index + "]").orElse("no rule, emotion unchanged") + ": "
                    + state.emotion().label() + String.format(Locale.ROOT, " %.2f", state.intensity())
                    + fading()
                    + state.activity().map(activity -> ", " + activity.label()).orElse("")
                    + state.investigation()
                            .map(known -> String.format(
                                    Locale.ROOT,
                                    ", %s progress %.2f, %d findings, threat %.2f",
                                    known.id(),
                                    known.progress(),
                                    known.findings(),
                                    known.threatLevel()))
                            .orElse("");
        } catch (RejectedUpdateException e) {
            rejected = true;
            return "rejected (" + e.reason().label() + "): " + e.getMessage();
        }
    }

    private void pass(double seconds) {
        ticker.nanos += (long) (Math.max(0, Math.min(MAX_SECONDS, seconds)) * 1e9);
        state = fades.step(state, Instant.EPOCH);
    }

    private String fading() {
        return fades.current()
                .map(fade -> String.format(
                        Locale.ROOT,
                        " (priority %d, after %s s %s %.2f)",
                        fade.priority(),
                        BigDecimal.valueOf(fade.seconds()).stripTrailingZeros().toPlainString(),
                        fade.before().label(),
                        fade.beforeIntensity()))
                .orElse("");
    }

    /** Whether an event was rejected. */
    public boolean hasRejected() {
        return rejected;
    }
}
