package io.bev.avatar.renderer.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.renderer.state.Activity;
import io.bev.avatar.renderer.state.Emotion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What another MCP server's notifications mean for the avatar.
 *
 * @param server its endpoint: key {@code mcp.url}, with the path {@code /mcp} if it has none
 * @param rules key {@code osint.mcp}; only the first that matches a notification counts
 */
public record FollowConfig(URI server, List<Rule> rules) {

    private static final String KEY = "osint.mcp";
    private static final Set<String> KEYS =
            new TreeSet<>(Set.of("resource", "message", "event", "activity", "emotion", "intensity"));
    private static final int MAX_RULES = 64;
    private static final int MAX_TEXT = 1024;
    private static final double DEFAULT_INTENSITY = 0.7;

    public FollowConfig {
        rules = List.copyOf(rules);
    }

    /**
     * @param resource URI of a resource that is subscribed to
     * @param message text in a log message, in lower case
     * @param event whether the content is an OSINT event; otherwise {@code update} is sent
     * @param update activity, emotion and intensity as a state document
     */
    public record Rule(Optional<String> resource, Optional<String> message, boolean event, ObjectNode update) {

        boolean matchesMessage(String text) {
            return message.isPresent() && text.toLowerCase(Locale.ROOT).contains(message.get());
        }
    }

    /** Reads the keys; problems are recorded in {@code config}. */
    public static FollowConfig from(Config config) {
        String text = config.text("mcp.url", "http://127.0.0.1:3010", "BEV_MCP_SERVER_URL");
        List<Rule> rules = new ArrayList<>();
        JsonNode list = config.tree(KEY);
        if (!list.isMissingNode() && !list.isNull() && (!list.isArray() || list.size() > MAX_RULES)) {
            config.problem(KEY, list.toString(), "a list of at most " + MAX_RULES + " rules");
        } else {
            for (int i = 0; i < list.size(); i++) {
                rule(config, KEY + "[" + i + "]", list.get(i)).ifPresent(rules::add);
            }
        }
        return new FollowConfig(endpoint(config, text, rules), rules);
    }

    /** The exporter checks the key too; it is a problem of the renderer only if there are rules. */
    private static URI endpoint(Config config, String text, List<Rule> rules) {
        try {
            URI url = new URI(text);
            if (url.getHost() != null && List.of("http", "https").contains(url.getScheme())) {
                String path = url.getPath();
                return path == null || path.isEmpty() || path.equals("/") ? url.resolve("/mcp") : url;
            }
        } catch (URISyntaxException e) {
            // reported below
        }
        if (!rules.isEmpty()) {
            config.problem("mcp.url", "'" + text + "'", "a URL such as http://127.0.0.1:3010");
        }
        return URI.create("http://127.0.0.1:3010/mcp");
    }

    private static Optional<Rule> rule(Config config, String key, JsonNode rule) {
        Optional<String> resource = text(config, key + ".resource", rule.path("resource"));
        Optional<String> message = text(config, key + ".message", rule.path("message"));
        boolean event = rule.path("event").asBoolean();
        ObjectNode update = update(config, key, rule);
        rule.properties().forEach(entry -> {
            if (!KEYS.contains(entry.getKey())) {
                config.problem(
                        key + "." + entry.getKey(), entry.getValue().toString(), "one of " + String.join(", ", KEYS));
            }
        });
        if (resource.isPresent() == message.isPresent()
                || event == !update.isEmpty()
                || (event && message.isPresent())) {
            config.problem(
                    key,
                    rule.toString(),
                    "resource with event: true, or resource or message with activity, emotion or both");
            return Optional.empty();
        }
        return Optional.of(new Rule(resource, message.map(words -> words.toLowerCase(Locale.ROOT)), event, update));
    }

    private static Optional<String> text(Config config, String key, JsonNode node) {
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        if (!node.isTextual() || node.textValue().isBlank() || node.textValue().length() > MAX_TEXT) {
            config.problem(key, node.toString(), "a text of at most " + MAX_TEXT + " characters");
        }
        return Optional.of(node.asText());
    }

    private static ObjectNode update(Config config, String key, JsonNode rule) {
        ObjectNode update = JsonTrees.object();
        String activity = rule.path("activity").asText("");
        if (!activity.isEmpty() && Activity.of(activity).isEmpty()) {
            config.problem(key + ".activity", "'" + activity + "'", "an activity of the state document");
        } else if (!activity.isEmpty()) {
            update.put("activity", activity);
        }
        String emotion = rule.path("emotion").asText("");
        JsonNode intensity = rule.path("intensity");
        if (!intensity.isMissingNode()
                && !(intensity.isNumber() && intensity.doubleValue() >= 0 && intensity.doubleValue() <= 1)) {
            config.problem(key + ".intensity", intensity.toString(), "a number from 0 to 1");
        }
        if (!emotion.isEmpty() && Emotion.of(emotion).isEmpty()) {
            config.problem(key + ".emotion", "'" + emotion + "'", "an emotion of the state document");
        } else if (!emotion.isEmpty()) {
            update.put("emotion", emotion).put("intensity", intensity.asDouble(DEFAULT_INTENSITY));
        }
        return update;
    }
}
