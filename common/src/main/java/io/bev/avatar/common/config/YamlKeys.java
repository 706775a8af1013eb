package io.bev.avatar.common.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Line numbers, from 1, of the keys of a YAML text, by dotted key. Keys within lists are not included. */
final class YamlKeys {

    private YamlKeys() {}

    /**
     * Lines of each key in the order of the text; several lines for a key that is there several times. Ends at a syntax error.
     */
    static Map<String, List<Integer>> lines(String yaml) {
        Map<String, List<Integer>> lines = new LinkedHashMap<>();
        try (JsonParser parser = new YAMLFactory().createParser(yaml)) {
            collect(parser, lines);
        } catch (IOException e) {
            // Config.of reports the error; the keys before it are known.
            return lines;
        }
        return lines;
    }

    private static void collect(JsonParser parser, Map<String, List<Integer>> lines) throws IOException {
        Deque<String> path = new ArrayDeque<>();
        String prefix = "";
        JsonToken token = parser.nextToken();
        while (token != null) {
            switch (token) {
                case FIELD_NAME -> {
                    String key = prefix + parser.currentName();
                    lines.computeIfAbsent(key, name -> new ArrayList<>())
                            .add(parser.currentTokenLocation().getLineNr());
                    token = parser.nextToken();
                    if (token == JsonToken.START_OBJECT) {
                        path.push(prefix);
                        prefix = key + ".";
                    } else {
                        parser.skipChildren();
                    }
                }
                case START_OBJECT -> path.push(prefix);
                case END_OBJECT -> prefix = path.pop();
                default -> {}
            }
            token = parser.nextToken();
        }
    }
}
