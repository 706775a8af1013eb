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
                        "osint.rules[7]: curious 0.70, breach_analysis, INV-7 progress 0.00, 0 findings, threat 0.00");
        assertThat(trial.apply("{\"findings\":1}")).startsWith("osint.rules[5]: discovered 0.80");
        assertThat(trial.apply("{\"findings\":2,\"threat_level\":0.9}"))
                .startsWith("osint.rules[0]: breakthrough 0.95")
                .endsWith("2 findings, threat 0.90");
        assertThat(trial.hasRejected()).isFalse();
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
