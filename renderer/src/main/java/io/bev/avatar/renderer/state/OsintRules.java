package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.AvatarState.Investigation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Applies an OSINT event to the state: activity and investigation from the event, the emotion from the matching rule with the
 * highest priority, the first among equals.
 */
final class OsintRules {

    private final List<OsintRule> rules;
    private final EmotionFades fades;

    OsintRules(List<OsintRule> rules, EmotionFades fades) {
        this.rules = List.copyOf(rules);
        this.fades = fades;
    }

    /** The state after {@code event}, with the next sequence number. */
    AvatarState apply(OsintEvent event, AvatarState before, Instant now) {
        AvatarState after = activityAndInvestigation(event, before, now);
        return firstMatch(event, before, after)
                .map(rule -> fades.apply(rules.get(rule), before, after))
                .orElse(after);
    }

    /** Position of the rule that sets the emotion; empty if none matches. */
    Optional<Integer> matching(OsintEvent event, AvatarState before, Instant now) {
        return firstMatch(event, before, activityAndInvestigation(event, before, now));
    }

    private static AvatarState activityAndInvestigation(OsintEvent event, AvatarState before, Instant now) {
        return new AvatarState(
                before.seq() + 1,
                before.emotion(),
                before.intensity(),
                event.activity().or(before::activity),
                before.head(),
                before.gaze(),
                before.mouth(),
                before.blendshapes(),
                investigation(event, before.investigation()),
                now);
    }

    private Optional<Integer> firstMatch(OsintEvent event, AvatarState before, AvatarState after) {
        double threat = event.threatLevel()
                .orElse(after.investigation().map(Investigation::threatLevel).orElse(0.0));
        OsintRule.Situation situation = new OsintRule.Situation(before, after, threat, event.words());
        Optional<Integer> best = Optional.empty();
        for (int i = 0; i < rules.size(); i++) {
            OsintRule rule = rules.get(i);
            boolean higher =
                    best.isEmpty() || rule.priority() > rules.get(best.get()).priority();
            if (higher && rule.matches(situation)) {
                best = Optional.of(i);
            }
        }
        return best;
    }

    /** An event without an id updates the current investigation, if there is one. */
    private static Optional<Investigation> investigation(OsintEvent event, Optional<Investigation> current) {
        Optional<Investigation> base = event.investigationId().isEmpty()
                ? current
                : current.filter(known ->
                                known.id().equals(event.investigationId().get()))
                        .or(() -> event.investigationId().map(id -> new Investigation(id, 0, 0, 0, Optional.empty())));
        return base.map(known -> new Investigation(
                known.id(),
                event.progress().orElse(known.progress()),
                event.findings().orElse(known.findings()),
                event.threatLevel().orElse(known.threatLevel()),
                event.discovery().or(known::lastDiscovery)));
    }
}
