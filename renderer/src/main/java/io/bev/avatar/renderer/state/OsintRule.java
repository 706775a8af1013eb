package io.bev.avatar.renderer.state;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A rule: sets the emotion when all its conditions match. An empty condition always matches.
 *
 * @param activities any of these; empty to match any activity or none
 * @param progressAtLeast 0..1
 * @param findingsAtLeast number of findings
 * @param threatAtLeast 0..1
 * @param threatBelow 0..1
 * @param newFindings whether the number of findings must have increased
 * @param newInvestigation whether the investigation must have changed
 * @param keywords any of these words or phrases, as {@link #words} writes them; empty to match any text
 * @param priority of several rules that match, the one with the highest sets the emotion; the first among equals
 * @param emotion to set
 * @param intensity to set, 0..1
 * @param decaySeconds time after which the emotion from before is back; empty if it stays
 */
record OsintRule(
        Set<Activity> activities,
        OptionalDouble progressAtLeast,
        OptionalInt findingsAtLeast,
        OptionalDouble threatAtLeast,
        OptionalDouble threatBelow,
        boolean newFindings,
        boolean newInvestigation,
        Set<String> keywords,
        int priority,
        Emotion emotion,
        double intensity,
        OptionalDouble decaySeconds) {

    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

    OsintRule {
        activities = Set.copyOf(activities);
        keywords = Set.copyOf(keywords);
    }

    /** The words of a text in lower case, each between blanks, so that whole words can be found in it. */
    static String words(String text) {
        return " "
                + SEPARATORS
                        .matcher(text.toLowerCase(Locale.ROOT))
                        .replaceAll(" ")
                        .strip() + " ";
    }

    /**
     * Input of the rules for an event.
     *
     * @param before the state before the event
     * @param after the state with the event's activity and investigation
     * @param threatLevel of the event, or of the investigation if the event has none, 0..1
     * @param words of the event, as {@link #words} writes them
     */
    record Situation(AvatarState before, AvatarState after, double threatLevel, String words) {

        private int findings(AvatarState of) {
            return of.investigation().map(AvatarState.Investigation::findings).orElse(0);
        }

        private double progress() {
            return after.investigation()
                    .map(AvatarState.Investigation::progress)
                    .orElse(0.0);
        }

        private boolean isNewInvestigation() {
            return after.investigation().isPresent()
                    && !after.investigation()
                            .map(AvatarState.Investigation::id)
                            .equals(before.investigation().map(AvatarState.Investigation::id));
        }

        private boolean hasNewFindings() {
            return findings(after) > (isNewInvestigation() ? 0 : findings(before));
        }
    }

    boolean matches(Situation now) {
        return (activities.isEmpty()
                        || now.after().activity().filter(activities::contains).isPresent())
                && now.progress() >= progressAtLeast.orElse(0)
                && now.findings(now.after()) >= findingsAtLeast.orElse(0)
                && now.threatLevel() >= threatAtLeast.orElse(0)
                && now.threatLevel() < threatBelow.orElse(Double.POSITIVE_INFINITY)
                && (!newFindings || now.hasNewFindings())
                && (!newInvestigation || now.isNewInvestigation())
                && (keywords.isEmpty() || keywords.stream().anyMatch(now.words()::contains));
    }
}
