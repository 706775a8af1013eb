package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OsintRulesTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static OsintConfig config(String yaml) {
        Config config = Config.of(yaml, "test.yaml", Map.of());
        OsintConfig osint = OsintConfig.from(config);
        config.finish("osint");
        return osint;
    }

    private static AvatarState after(OsintConfig osint, String... events) throws RejectedUpdateException {
        AvatarState state = AvatarState.initial(NOW);
        for (String event : events) {
            OsintEvent read = OsintEvent.of(new JsonFields(StateDocument.parse(json(event)), false), osint.scale());
            state = new OsintRules(osint.rules(), new EmotionFades(() -> 0)).apply(read, state, NOW);
        }
        return state;
    }

    private static AvatarState after(String... events) throws RejectedUpdateException {
        return after(config(""), events);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'investigation_id':'A','findings':1,'threat_level':0.9}      | breakthrough  | 0.95",
                "{'investigation_id':'A','threat_level':0.8}                   | alert         | 0.9",
                "{'threat_level':0.8}                                          | alert         | 0.9",
                "{'investigation_id':'A','progress':1,'threat_level':0.5}      | concerned     | 0.7",
                "{'investigation_id':'A','progress':1,'findings':2}            | satisfied     | 0.8",
                "{'investigation_id':'A','progress':1}                         | confident     | 0.6",
                "{'investigation_id':'A','findings':['a','b']}                 | discovered    | 0.8",
                "{'investigation_id':'A'}                                      | curious       | 0.7",
                "{'activity_type':'breach_analysis'}                           | focused       | 0.8",
                "{'activity_type':'vulnerability_research'}                    | focused       | 0.8",
                "{'activity_type':'darknet_monitoring'}                        | investigating | 0.7",
                "{'activity_type':'threat_analysis'}                           | analyzing     | 0.8",
                "{'activity_type':'crypto_tracking'}                           | processing    | 0.6",
                "{'activity_type':'social_investigation'}                      | curious       | 0.6",
                "{'activity_type':'data_correlation'}                          | thinking      | 0.7",
                "{'activity_type':'graph_exploration'}                         | investigating | 0.6",
                "{'progress':0.5}                                              | investigating | 0.5",
            })
    void defaultRules_setEmotion(String event, String emotion, double intensity) throws RejectedUpdateException {
        AvatarState state = after(event);
        assertThat(state.emotion().label()).isEqualTo(emotion);
        assertThat(state.intensity()).isEqualTo(intensity);
        assertThat(state.seq()).isEqualTo(1);
    }

    @Test
    void investigation_accumulatesEvents() throws RejectedUpdateException {
        AvatarState state = after(
                "{'activity_type':'breach_analysis','investigation_id':'A','progress':0.2,'threat_level':0.1}",
                "{'investigation_id':'A','progress':0.4,'findings':['one',{'title':'reused\\n password'}]}");
        AvatarState.Investigation a = state.investigation().orElseThrow();
        assertThat(a.progress()).isEqualTo(0.4);
        assertThat(a.findings()).isEqualTo(2);
        assertThat(a.threatLevel()).isEqualTo(0.1);
        assertThat(a.lastDiscovery()).contains("reused password");
        assertThat(state.activity()).contains(Activity.BREACH_ANALYSIS);
        AvatarState next = after("{'investigation_id':'A','findings':5}", "{'investigation_id':'B','progress':0.1}");
        assertThat(next.investigation().orElseThrow().findings()).isZero();
        assertThat(next.emotion()).isEqualTo(Emotion.CURIOUS);
    }

    @Test
    void sameFindingsAgain_areNotNew() throws RejectedUpdateException {
        assertThat(after(
                                "{'investigation_id':'A','activity_type':'data_correlation','findings':2}",
                                "{'investigation_id':'A','findings':2}")
                        .emotion())
                .isEqualTo(Emotion.THINKING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0",
                "1 | 0.15",
                "2 | 0.2775",
                "1000000000 | 1",
                "0.4 | 0.4",
                "1.0 | 1",
                "[] | 0",
                "['x'] | 0.15",
                "[{'severity':'high'}] | 0.6",
                "[{'severity':'CRITICAL'},{'severity':'high'}] | 0.96",
                "[{'severity':0.25}] | 0.25",
                "[{'severity':'odd'}] | 0.15",
            })
    void threatIndicators_giveLevel(String indicators, double level) throws RejectedUpdateException {
        AvatarState state = after("{'investigation_id':'A','threat_indicators':" + indicators + "}");
        assertThat(state.investigation().orElseThrow().threatLevel()).isCloseTo(level, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'activity_type':'gardening'}                     | unknown_activity",
                "{'activity_type':5}                               | wrong_type",
                "{'progress':40}                                   | out_of_range",
                "{'progress':'0.4'}                                | wrong_type",
                "{'findings':-1}                                   | out_of_range",
                "{'threat_indicators':-1}                          | out_of_range",
                "{'threat_indicators':1.5}                         | out_of_range",
                "{'threat_indicators':[{'severity':7}]}            | out_of_range",
                "{'threat_level':'high'}                           | wrong_type",
                "{'hello':'world'}                                 | missing_field",
            })
    void invalidEvents_areRejected(String event, String reason) {
        RejectedUpdateException rejection = catchThrowableOfType(RejectedUpdateException.class, () -> after(event));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason().label()).isEqualTo(reason);
    }

    @Test
    void configuredRules_replaceDefaults_firstMatchWins() throws RejectedUpdateException {
        OsintConfig osint = config("""
                osint:
                  rules:
                    - when: {activity: [crypto_tracking, breach_analysis], progress-at-least: 0.5}
                      emotion: excited
                      intensity: 1
                    - when: {threat-below: 0.5, findings-at-least: 3}
                      emotion: happy
                    - when: {new-investigation: true, threat-at-least: 0.5}
                      emotion: concerned
                      intensity: 0
                  indicator-weight: 0.5
                  severities: {High: 0.75}
                """);
        assertThat(after(osint, "{'activity_type':'crypto_tracking','investigation_id':'A','progress':0.5}")
                        .emotion())
                .isEqualTo(Emotion.EXCITED);
        AvatarState happy = after(osint, "{'investigation_id':'A','findings':3}");
        assertThat(happy.emotion()).isEqualTo(Emotion.HAPPY);
        assertThat(happy.intensity()).isEqualTo(0.7);
        assertThat(after(osint, "{'investigation_id':'A','threat_indicators':1}")
                        .emotion())
                .isEqualTo(Emotion.CONCERNED);
        assertThat(after(osint, "{'investigation_id':'A','threat_indicators':[{'severity':'high'}]}")
                        .investigation()
                        .orElseThrow()
                        .threatLevel())
                .isEqualTo(0.75);
        assertThat(after(osint, "{'activity_type':'graph_exploration'}").emotion())
                .as("no rule matches")
                .isEqualTo(Emotion.NEUTRAL);
    }

    @Test
    void invalidRules_areAllReportedByKey() {
        assertThatThrownBy(() -> config("""
                        osint:
                          rules:
                            - {emotion: angry, intensity: 2}
                            - {when: {activity: gardening, colour: red, threat-at-least: high}, emotion: happy}
                            - {when: {new-findings: 3}, mood: happy}
                            - nonsense
                          severities: {low: 7}
                          indicator-weight: 3
                          typo: 1
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("osint.rules[0].emotion: found \"angry\", expected one of neutral")
                .hasMessageContaining("osint.rules[0].intensity: found 2, expected a number from 0 to 1")
                .hasMessageContaining("osint.rules[1].when.activity: found \"gardening\"")
                .hasMessageContaining("osint.rules[1].when.colour: found \"red\"")
                .hasMessageContaining("osint.rules[1].when.threat-at-least: found \"high\"")
                .hasMessageContaining("osint.rules[2].when.new-findings: found 3")
                .hasMessageContaining("osint.rules[2].mood")
                .hasMessageContaining("osint.rules[2].emotion: found nothing")
                .hasMessageContaining("osint.rules[3]: found \"nonsense\"")
                .hasMessageContaining("osint.severities.low: found 7")
                .hasMessageContaining("osint.indicator-weight")
                .hasMessageContaining("osint.typo")
                .hasMessageContaining("(test.yaml)");
    }
}
