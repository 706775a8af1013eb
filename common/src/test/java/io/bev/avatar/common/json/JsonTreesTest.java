package io.bev.avatar.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the mapper that it stands in for. */
class JsonTreesTest {

    private final ObjectMapper mapper = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "\"text with \\\"quotes\\\", \\u00e9 and \\ud83d\\ude00\"",
                "{\"a\":1,\"b\":[true,false,null,-7,3000000000,123456789012345678901234567890],\"c\":{\"d\":{}}}",
                "[0.1,-1e300,1.0,2.5E-7,1e400,12345678901234567890.5]",
                "{\"a\":1,\"a\":{\"b\":2}}",
                "1 2",
                "  ",
                ""
            })
    void json_whatever_isReadAndWrittenAsTheMapperDoes(String text) throws IOException {
        JsonNode expected = mapper.readTree(text);

        JsonNode tree = JsonTrees.JSON.read(text);

        assertThat(tree).isEqualTo(expected);
        assertThat(JsonTrees.JSON.read(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(expected);
        if (!tree.isMissingNode()) {
            assertThat(JsonTrees.write(tree)).isEqualTo(mapper.writeValueAsString(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1,", "{\"a\"}", "nul", "]", "{\"a\":1,}", "[1 2]"})
    void json_broken_isRejectedAsByTheMapper(String text) {
        assertThatThrownBy(() -> mapper.readTree(text)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> JsonTrees.JSON.read(text)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> JsonTrees.JSON.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: 1\nb: [true, no, ~, 0x1f, 1_000, 1.5, .5, 07]\nc:\n  - d: 'x'\n  - \"y\"\n",
                "a: &anchor {b: 1}\nc: *anchor\n",
                "a: |\n  two\n  lines\nb: 2026-01-01\nempty:\nbig: 123456789012345678901234567890\n",
                "a: !!binary aGVsbG8=\n",
                "just text",
                "# a comment only\n",
                "a: 1\n---\nb: 2\n",
                ""
            })
    void yaml_whatever_isReadAsTheMapperDoes(String text) throws IOException {
        assertThat(JsonTrees.YAML.read(text)).isEqualTo(new YAMLMapper().readTree(text));
    }

    @Test
    void yaml_duplicateKey_isRejectedWithItsLine() {
        assertThatThrownBy(() -> JsonTrees.YAML.read("a: 1\nb: 2\na: 3\n"))
                .isInstanceOfSatisfying(JsonProcessingException.class, e -> {
                    assertThat(e.getOriginalMessage()).contains("Duplicate", "'a'");
                    assertThat(e.getLocation().getLineNr()).isEqualTo(3);
                });
    }

    @Test
    void json_deeperThanAllowed_isRejected() throws IOException {
        JsonTrees shallow = JsonTrees.ofDepth(3);

        assertThat(shallow.read("[[[1]]]").toString()).isEqualTo("[[[1]]]");
        assertThatThrownBy(() -> shallow.read("[[[[1]]]]")).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void tree_filledByHand_isWritten() {
        var tree = JsonTrees.object().put("text", "é").put("number", 1.5).put("long", Long.MAX_VALUE);
        tree.put("big", BigInteger.TEN.pow(30))
                .putNull("nothing")
                .putArray("list")
                .add(1)
                .add(true);

        assertThat(new String(JsonTrees.bytes(tree), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"é\",\"number\":1.5,\"long\":9223372036854775807,"
                        + "\"big\":1000000000000000000000000000000,\"nothing\":null,\"list\":[1,true]}");
        assertThat(JsonTrees.write(JsonTrees.array())).isEqualTo("[]");
    }

    @Test
    void treeThatWouldExhaustTheHeap_isRejected() throws Exception {
        String small = "{" + "\"k\":1,".repeat(100_000) + "\"k\":1}";
        assertThat(JsonTrees.JSON.read(small).size()).isOne();

        String large = "[" + "0,".repeat(JsonTrees.MAX_TOKENS) + "0]";
        assertThatThrownBy(() -> JsonTrees.JSON.read(large))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("250000");
    }
}
