package io.bev.avatar.common.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A configuration file that has every key of the defaults of an earlier version, as version 0.1 installed it. Its decisions are the
 * values that differ from those defaults.
 */
public final class FullCopy {

    private FullCopy() {}

    /** Whether {@code yaml} has every key of {@code defaults}. False for a file that is not valid YAML. */
    public static boolean isFullCopy(String yaml, String defaults) {
        try {
            Map<String, JsonNode> known = leaves(defaults);
            return !known.isEmpty() && leaves(yaml).keySet().containsAll(known.keySet());
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /**
     * Values of {@code yaml} that differ from {@code defaults} or are not among them, as flow-style text by dotted key, in the
     * order of the file. Renamed keys have their current name.
     *
     * @throws JsonProcessingException if one of them is not valid YAML
     */
    public static Map<String, String> decisions(String yaml, String defaults) throws JsonProcessingException {
        Map<String, JsonNode> known = leaves(defaults);
        Map<String, String> decisions = new LinkedHashMap<>();
        leaves(yaml).forEach((key, value) -> {
            if (!value.equals(known.get(key))) {
                String text = value.isContainerNode() ? JsonTrees.write(value) : value.isNull() ? "" : value.asText();
                decisions.put(Config.currentName(key), text);
            }
        });
        return decisions;
    }

    private static Map<String, JsonNode> leaves(String yaml) throws JsonProcessingException {
        Map<String, JsonNode> leaves = new LinkedHashMap<>();
        collect("", JsonTrees.YAML.read(yaml), leaves);
        return leaves;
    }

    private static void collect(String path, JsonNode node, Map<String, JsonNode> leaves) {
        node.properties().forEach(child -> {
            String key = path.isEmpty() ? child.getKey() : path + "." + child.getKey();
            if (child.getValue().isObject() && !child.getValue().isEmpty()) {
                collect(key, child.getValue(), leaves);
            } else {
                leaves.put(key, child.getValue());
            }
        });
    }
}
