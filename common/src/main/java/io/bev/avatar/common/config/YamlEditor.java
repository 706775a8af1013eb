package io.bev.avatar.common.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sets keys in the text of a YAML file and keeps the rest, including comments, as it is. */
public final class YamlEditor {

    private static final Pattern KEY_LINE = Pattern.compile("( *)([^\\s#:][^:]*):(?: +(.*?))?( +#.*)?");

    private YamlEditor() {}

    /**
     * {@code yaml} with {@code key} set to {@code value}.
     *
     * @param key dotted key
     * @param value a scalar, or a list or mapping in flow style
     * @throws ConfigException if the key's place is written in a style that cannot be edited
     */
    public static String set(String yaml, String key, String value) {
        List<String> lines = new ArrayList<>(yaml.lines().toList());
        Map<String, List<Integer>> numbers = YamlKeys.lines(yaml);
        String scalar = scalar(value);
        if (numbers.containsKey(key)) {
            replace(lines, numbers.get(key).get(0) - 1, key, scalar);
        } else {
            insert(lines, numbers, key, scalar);
        }
        String edited = String.join("\n", lines) + "\n";
        if (!changes(yaml, edited, key, scalar)) {
            throw handEdit(key);
        }
        return edited;
    }

    /** A number, boolean or text without special characters as it is, a list or mapping too; other text in quotes. */
    private static String scalar(String value) {
        try {
            JsonNode node = JsonTrees.YAML.read("x: " + value).path("x");
            boolean flow = (value.startsWith("[") || value.startsWith("{")) && node.isContainerNode();
            if (flow || (node.isValueNode() && !node.isNull() && node.asText().equals(value))) {
                return value;
            }
        } catch (JsonProcessingException e) {
            return quoted(value);
        }
        return quoted(value);
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static void replace(List<String> lines, int index, String key, String scalar) {
        Matcher line = KEY_LINE.matcher(lines.get(index));
        if (!line.matches() || !line.group(2).equals(lastPart(key))) {
            throw handEdit(key);
        }
        int end = index + 1;
        if (line.group(3) == null) {
            end = endOfBlock(lines, index, line.group(1).length());
        }
        lines.subList(index + 1, end).clear();
        String comment = line.group(4) == null ? "" : line.group(4);
        lines.set(index, line.group(1) + line.group(2) + ": " + scalar + comment);
    }

    /** Index behind the last line of the value that begins below {@code index}; comments behind it are not part of it. */
    private static int endOfBlock(List<String> lines, int index, int indent) {
        int end = index + 1;
        for (int i = index + 1; i < lines.size(); i++) {
            String text = lines.get(i).strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            int own = indent(lines.get(i));
            if (own < indent || (own == indent && !text.startsWith("-"))) {
                break;
            }
            end = i + 1;
        }
        return end;
    }

    private static void insert(List<String> lines, Map<String, List<Integer>> numbers, String key, String scalar) {
        String[] parts = key.split("\\.", -1);
        int known = parts.length - 1;
        while (known > 0 && !numbers.containsKey(path(parts, known))) {
            known--;
        }
        int at = lines.size();
        int indent = 0;
        if (known > 0) {
            String parent = path(parts, known);
            int index = numbers.getOrDefault(parent, List.of()).get(0) - 1;
            Matcher line = KEY_LINE.matcher(lines.get(index));
            if (!line.matches() || !line.group(2).equals(lastPart(parent))) {
                throw handEdit(key);
            }
            if (line.group(3) != null) {
                if (!line.group(3).matches("\\{ *}|~|null")) {
                    throw handEdit(key);
                }
                lines.set(index, line.group(1) + line.group(2) + ":" + (line.group(4) == null ? "" : line.group(4)));
            }
            at = index + 1;
            indent = childIndent(lines, index, line.group(1).length());
        } else if (at > 0 && !lines.get(at - 1).isBlank()) {
            lines.add(at++, "");
        }
        for (int level = known; level < parts.length; level++) {
            boolean last = level == parts.length - 1;
            lines.add(at++, " ".repeat(indent) + parts[level] + ":" + (last ? " " + scalar : ""));
            indent += 2;
        }
    }

    private static int childIndent(List<String> lines, int index, int indent) {
        for (int i = index + 1; i < endOfBlock(lines, index, indent); i++) {
            String text = lines.get(i).strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                return indent(lines.get(i));
            }
        }
        return indent + 2;
    }

    /** Whether the edit has exactly the effect that was asked for. */
    private static boolean changes(String before, String after, String key, String scalar) {
        try {
            JsonNode expected = JsonTrees.YAML.read(before);
            if (!expected.isObject()) {
                expected = JsonTrees.object();
            }
            ObjectNode parent = (ObjectNode) expected;
            String[] parts = key.split("\\.", -1);
            for (int i = 0; i < parts.length - 1; i++) {
                JsonNode child = parent.path(parts[i]);
                if (!child.isObject()) {
                    parent.set(parts[i], JsonTrees.object());
                }
                parent = (ObjectNode) parent.path(parts[i]);
            }
            parent.set(
                    parts[parts.length - 1], JsonTrees.YAML.read("x: " + scalar).path("x"));
            return JsonTrees.YAML.read(after).equals(expected);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static ConfigException handEdit(String key) {
        return new ConfigException(List.of(new ConfigProblem(
                key,
                "a place in flow style or over several lines",
                "one \"key: value\" per line; change it with an editor",
                "the file is unchanged")));
    }

    private static String path(String[] parts, int count) {
        return String.join(".", List.of(parts).subList(0, count));
    }

    private static String lastPart(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }
}
