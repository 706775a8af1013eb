package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OsintTrialTest {

    private final OsintTrial trial = new OsintTrial(OsintConfig.from(Config.of("", "f", Map.of())));

    @Test
    void apply_eventsInOrder_reportsTheMatchingRule() {
        assertThat(trial.apply("{\"investigation_id\":\"INV-7\",\"activity_type\":\"breach_analysis\"}"))
                .isEqualTo(
                        "osint.rules[7]: curious 0.70 (priority 0, after 30 s neutral 0.50), breach_analysis, INV-7 progress 0.00, 0 findings, threat 0.00");
        assertThat(trial.apply("{\"findings\":1}")).startsWith("osint.rules[5]: discovered 0.80");
        assertThat(trial.apply("{\"findings\":2,\"threat_level\":0.9}"))
                .startsWith("osint.rules[0]: breakthrough 0.95")
                .endsWith("2 findings, threat 0.90");
        assertThat(trial.hasRejected()).isFalse();
    }

    @Test
    void apply_laterEvent_seesTheEmotionFaded() {
        OsintTrial rules = new OsintTrial(OsintConfig.from(Config.of(
                "osint: {rules: [{when: {keywords: leak}, emotion: alert, decay-seconds: 8}]}", "f", Map.of())));
        assertThat(rules.apply("{\"progress\":0.1,\"discovery\":\"a leak\"}"))
                .startsWith("osint.rules[0]: alert 0.70 (priority 0, after 8 s neutral 0.50)");
        assertThat(rules.apply("{\"progress\":0.1,\"after_seconds\":5}"))
                .startsWith("no rule, emotion unchanged: alert 0.28");
        assertThat(rules.apply("{\"progress\":0.1,\"after_seconds\":5}"))
                .startsWith("no rule, emotion unchanged: neutral 0.50");
    }

    @Test
    void apply_invalidEvent_reportsWhyAndKeepsTheState() {
        assertThat(trial.apply("{\"progress\":7}")).startsWith("rejected (out_of_range): progress: found 7");
        assertThat(trial.apply("no json")).startsWith("rejected (malformed)");
        assertThat(trial.hasRejected()).isTrue();
    }

    @Test
    void apply_noRuleMatches_leavesTheEmotion() {
        OsintTrial none = new OsintTrial(OsintConfig.from(Config.of("osint: {rules: []}", "f", Map.of())));
        assertThat(none.apply("{\"progress\":0.5}")).startsWith("no rule, emotion unchanged: neutral");
    }
}
