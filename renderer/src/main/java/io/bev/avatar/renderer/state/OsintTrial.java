package io.bev.avatar.renderer.state;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Applies events to a state without a store, and reports which rule matches each. Not thread-safe. */
public final class OsintTrial {

    private final OsintRules rules;
    private final ThreatScale scale;
    private AvatarState state = AvatarState.initial(Instant.EPOCH);
    private boolean rejected;

    public OsintTrial(OsintConfig config) {
        rules = new OsintRules(config.rules());
        scale = config.scale();
    }

    /**
     * Applies an event to the state that the ones before have left.
     *
     * @param json an event, UTF-8
     * @return one line: the rule, counted from 0 as in {@code osint.rules[0]}, and the emotion; or why the event is rejected
     */
    public String apply(String json) {
        try {
            OsintEvent event = OsintEvent.of(
                    new JsonFields(StateDocument.parse(json.getBytes(StandardCharsets.UTF_8)), false), scale);
            Optional<Integer> rule = rules.matching(event, state, Instant.EPOCH);
            state = rules.apply(event, state, Instant.EPOCH);
            return rule.map(index -> "osint.rules[" + index + "]").orElse("no rule, emotion unchanged") + ": "
                    + state.emotion().label() + String.format(Locale.ROOT, " %.2f", state.intensity())
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

    /** Whether an event was rejected. */
    public boolean hasRejected() {
        return rejected;
    }
}
