package io.bev.avatar.renderer.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.renderer.mcp.RendererClient.FailedException;
import io.bev.avatar.renderer.state.Activity;
import io.bev.avatar.renderer.state.Emotion;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tools. */
final class AvatarTools {

    private static final List<String> EMOTIONS =
            Arrays.stream(Emotion.values()).map(Emotion::label).toList();
    private static final List<String> ACTIVITIES =
            Arrays.stream(Activity.values()).map(Activity::label).toList();

    private final RendererClient client;

    AvatarTools(RendererClient client) {
        this.client = client;
    }

    List<AvatarTool> all() {
        return List.of(
                read("get_state", "State", "The avatar's state: emotion, activity and investigation.", "/state"),
                read("get_health", "Health", "Health of the renderer: status, reasons, frame rate, model.", "/health"),
                new AvatarTool(
                        "get_alerts",
                        "Alerts",
                        "Active critical alerts and the reasons of a degraded health. Runbooks are resources"
                                + " avatar://runbooks/NAME.",
                        true,
                        false,
                        Map.of(),
                        List.of(),
                        arguments -> alerts()),
                new AvatarTool(
                        "get_metrics",
                        "Metrics",
                        "An instant PromQL query, for example avatar_renderer_fps. Needs a running Prometheus.",
                        true,
                        false,
                        Map.of("query", text("PromQL expression", 2000)),
                        List.of("query"),
                        arguments -> text(client.query(string(arguments, "query")))),
                new AvatarTool(
                        "get_snapshot",
                        "Snapshot",
                        "The next frame of the avatar, a JPEG image.",
                        true,
                        false,
                        Map.of(),
                        List.of(),
                        arguments -> McpSchema.ImageContent.builder(
                                        Base64.getEncoder().encodeToString(client.snapshot()), "image/jpeg")
                                .build()),
                emotion(),
                activity(),
                investigation(),
                say(),
                new AvatarTool(
                        "stop_speaking",
                        "Stop speaking",
                        "Ends the current utterance and discards those that wait.",
                        false,
                        true,
                        Map.of(),
                        List.of(),
                        arguments -> text(client.post("/say/stop", JsonTrees.object()))),
                new AvatarTool(
                        "load_model",
                        "Load model",
                        "Replaces the avatar's model by a file on the renderer's machine. An empty path loads the built-in"
                                + " avatar.",
                        false,
                        true,
                        Map.of(
                                "path",
                                text("Absolute path of a LAM bundle, .ply, .spz, .sog, .glb, .ksplat or .splat", 4096)),
                        List.of("path"),
                        arguments -> text("loaded " + client.loadModel(string(arguments, "path")))));
    }

    private AvatarTool read(String name, String title, String description, String path) {
        return new AvatarTool(
                name, title, description, true, false, Map.of(), List.of(), arguments -> text(client.get(path, true)));
    }

    private McpSchema.Content alerts() throws FailedException {
        JsonNode health = client.get("/health", true);
        ObjectNode document = JsonTrees.object();
        document.set("status", health.path("status"));
        document.set("reasons", health.path("reasons"));
        document.set("alerts", health.path("alerts"));
        return text(document);
    }

    private AvatarTool emotion() {
        return new AvatarTool(
                "set_emotion",
                "Set emotion",
                "Changes the avatar's emotion. While a critical alert is active, the answer notes that it is not visible.",
                false,
                false,
                Map.of(
                        "emotion", Map.of("type", "string", "enum", EMOTIONS),
                        "intensity", number("How strongly, 0 to 1; unchanged if absent", 0, 1)),
                List.of("emotion"),
                arguments -> submit(copy(arguments, "emotion", "intensity")));
    }

    private AvatarTool activity() {
        return new AvatarTool(
                "set_activity",
                "Set activity",
                "Changes what the avatar is doing; \"none\" for nothing.",
                false,
                false,
                Map.of(
                        "activity",
                        Map.of(
                                "type",
                                "string",
                                "enum",
                                java.util.stream.Stream.concat(java.util.stream.Stream.of("none"), ACTIVITIES.stream())
                                        .toList())),
                List.of("activity"),
                arguments -> {
                    ObjectNode change = JsonTrees.object();
                    String activity = string(arguments, "activity");
                    change.put("activity", activity.equals("none") ? null : activity);
                    return submit(change);
                });
    }

    private AvatarTool investigation() {
        return new AvatarTool(
                "set_investigation",
                "Set investigation",
                "Shows the progress of an investigation. Another id than the current one starts a new investigation.",
                false,
                false,
                Map.of(
                        "id", text("Identifier", 128),
                        "progress", number("0 to 1", 0, 1),
                        "findings", Map.of("type", "integer", "minimum", 0, "maximum", 1_000_000_000),
                        "threatLevel", number("0 to 1", 0, 1),
                        "lastDiscovery", text("Last discovery, one line", 512)),
                List.of("id"),
                arguments -> {
                    ObjectNode change = JsonTrees.object();
                    change.set(
                            "investigation",
                            copy(arguments, "id", "progress", "findings", "threatLevel", "lastDiscovery"));
                    return submit(change);
                });
    }

    private AvatarTool say() {
        return new AvatarTool(
                "say",
                "Say",
                "Speaks a text with moving lips. Plain words only: markup is read aloud. Returns at once; texts are spoken one"
                        + " after the other.",
                false,
                false,
                Map.of(
                        "text", text("Words to speak", 5000),
                        "language", text("Language of the voice, such as en-us or de; default: the configured one", 32),
                        "speed", number("0.5 to 2, default 1", 0.5, 2),
                        "mode", Map.of("type", "string", "enum", List.of("queue", "interrupt"))),
                List.of("text"),
                arguments -> text(client.post("/say", copy(arguments, "text", "language", "speed", "mode"))));
    }

    private McpSchema.Content submit(ObjectNode change) throws FailedException {
        return text(client.post("/state", change));
    }

    private static Map<String, Object> text(String description, int maxLength) {
        return Map.of("type", "string", "description", description, "maxLength", maxLength);
    }

    private static Map<String, Object> number(String description, double min, double max) {
        return Map.of("type", "number", "description", description, "minimum", min, "maximum", max);
    }

    private static McpSchema.Content text(JsonNode document) {
        return text(document.toString());
    }

    private static McpSchema.Content text(String text) {
        return McpSchema.TextContent.builder(text).build();
    }

    private static String string(Map<String, Object> arguments, String name) {
        return String.valueOf(arguments.getOrDefault(name, ""));
    }

    /** The named arguments as JSON; absent ones are left out. */
    private static ObjectNode copy(Map<String, Object> arguments, String... names) {
        ObjectNode out = JsonTrees.object();
        for (String name : names) {
            @Nullable Object value = arguments.get(name);
            if (value instanceof Integer number) {
                out.put(name, number);
            } else if (value instanceof Number number) {
                out.put(name, number.doubleValue());
            } else if (value != null) {
                out.put(name, value.toString());
            }
        }
        return out;
    }
}
