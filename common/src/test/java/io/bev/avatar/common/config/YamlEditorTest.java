package io.bev.avatar.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlEditorTest {

    @Test
    void existingKey_isReplaced_commentsStay() {
        assertThat(YamlEditor.set("# top\nrenderer:\n  port: 1 # page\n  bind: \"::1\"\n", "renderer.port", "2"))
                .isEqualTo("# top\nrenderer:\n  port: 2 # page\n  bind: \"::1\"\n");
    }

    @Test
    void missingKey_isAddedToItsSection_withTheIndentOfItsNeighbours() {
        assertThat(YamlEditor.set("renderer:\n    # a comment\n    port: 1\n", "renderer.bind", "::1"))
                .isEqualTo("renderer:\n    bind: ::1\n    # a comment\n    port: 1\n");
        assertThat(YamlEditor.set("renderer: {} # none\n", "renderer.port", "2"))
                .isEqualTo("renderer: # none\n  port: 2\n");
        assertThat(YamlEditor.set("renderer:\n", "renderer.port", "2")).isEqualTo("renderer:\n  port: 2\n");
        assertThat(YamlEditor.set("exporter:\n  port: 1\n", "exporter.check.user", "x"))
                .isEqualTo("exporter:\n  check:\n    user: x\n  port: 1\n");
    }

    @Test
    void missingSection_isAppended() {
        assertThat(YamlEditor.set("", "renderer.port", "2")).isEqualTo("renderer:\n  port: 2\n");
        assertThat(YamlEditor.set("# nothing", "exporter.check.user", "x"))
                .isEqualTo("# nothing\n\nexporter:\n  check:\n    user: x\n");
    }

    @Test
    void blockList_isReplacedAsAWhole() {
        String yaml = "renderer:\n  allowed-hosts:\n  - a\n  - b\n  # next\n  port: 1\n";
        assertThat(YamlEditor.set(yaml, "renderer.allowed-hosts", "[c]"))
                .isEqualTo("renderer:\n  allowed-hosts: [c]\n  # next\n  port: 1\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#161b22",
                "a: b",
                "12.0.",
                "say \"hi\" \\ there",
                " padded ",
                "a # b",
                "yes",
                "null",
                "*x",
                "[a",
                "@at",
                "1.10",
                "0x10",
                "1_000",
                "'",
                ""
            })
    void anyText_isReadBackAsItIs(String value) {
        String yaml = YamlEditor.set("renderer:\n  port: 1\n", "renderer.background", value);

        // Surrounding blanks do not count in a configuration.
        assertThat(Config.of(yaml, "x", java.util.Map.of()).text("renderer.background", "none"))
                .isEqualTo(value.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "renderer: {port: 1}\n",
                "{renderer: {port: 1}}\n",
                "renderer:\n  port: >\n    1\n",
                "? renderer\n: {port: 1}\n"
            })
    void styleThatCannotBeEdited_isRejected(String yaml) {
        assertThatThrownBy(() -> YamlEditor.set(yaml, "renderer.port", "2"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("editor");
    }
}
