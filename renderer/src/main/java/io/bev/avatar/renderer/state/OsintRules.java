package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.AvatarState.Investigation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Applies an OSINT event to the state: activity and investigation from the event, the emotion from the first matching
 * rule.
 */
final class OsintRules {

    private final List<OsintRule> rules;

    OsintRules(List<OsintRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** The state after {@code event}, with the next sequence number. */
    AvatarState apply(OsintEvent event, AvatarState before, Instant now) {
        AvatarState after = activityAndInvestigation(event, before, now);
        return firstMatch(event, before, after)
                .map(rule -> withEmotion(after, rules.get(rule)))
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
        OsintRule.Situation situation = new OsintRule.Situation(before, after, threat);
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).matches(situation)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private static AvatarState withEmotion(AvatarState state, OsintRule rule) {
        return new AvatarState(
                state.seq(),
                rule.emotion(),
                rule.intensity(),
                state.activity(),
                state.head(),
                state.gaze(),
                state.mouth(),
                state.blendshapes(),
                state.investigation(),
                state.updatedAt());
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
