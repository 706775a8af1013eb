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
import java.util.ArrayList;
import java.util.List;
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

    @ParameterizedTest
    @ValueSource(strings = {"json", "yaml"})
    void document_nestedDeeperThanTheLimit_isRejectedWithTheLimits(String form) throws IOException {
        JsonTrees trees = form.equals("json") ? JsonTrees.JSON : JsonTrees.YAML;

        assertThat(JsonTrees.write(trees.read(nested(JsonTrees.MAX_DEPTH)))).isEqualTo(nested(JsonTrees.MAX_DEPTH));
        for (int depth : new int[] {JsonTrees.MAX_DEPTH + 1, 100_000}) {
            assertThatThrownBy(() -> trees.read(nested(depth)))
                    .isInstanceOfSatisfying(
                            JsonProcessingException.class,
                            e -> assertThat(e.getOriginalMessage()).contains("at most 64 nested levels"));
            assertThatThrownBy(() -> trees.read("{\"a\":".repeat(depth) + "1" + "}".repeat(depth)))
                    .isInstanceOf(JsonProcessingException.class);
        }
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    @Test
    void document_atTheLimitOfDepth_fitsTheStackOfTheExportersThreads() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        JsonTrees.write(JsonTrees.JSON.read(nested(JsonTrees.MAX_DEPTH)));
                    } catch (IOException | StackOverflowError e) {
                        failures.add(e);
                    }
                },
                "small-stack",
                128 << 10);
        small.start();
        small.join();

        assertThat(failures).isEmpty();
    }

    @Test
    void document_largerThanALimit_isRejected() {
        String text = "\"" + "x".repeat(JsonTrees.MAX_TEXT_LENGTH + 1) + "\"";
        String name = "{" + text + ":1}";
        String number = "9".repeat(1001);
        String document = "[" + "\"0123456789\",".repeat(JsonTrees.MAX_DOCUMENT_LENGTH / 13 + 1) + "1]";

        for (String large : List.of(text, name, number, document)) {
            assertThatThrownBy(() -> JsonTrees.JSON.read(large))
                    .isInstanceOfSatisfying(
                            JsonProcessingException.class,
                            e -> assertThat(e.getOriginalMessage()).startsWith("larger than expected"));
            assertThatThrownBy(() -> JsonTrees.JSON.read(large.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(JsonProcessingException.class);
        }
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
