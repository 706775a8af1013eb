package io.bev.avatar.renderer.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.mcp.RendererClient.FailedException;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The resources and the prompt. */
final class AvatarResources {

    static final String STATE = "avatar://state";
    static final String HEALTH = "avatar://health";

    private static final String RUNBOOKS = "avatar://runbooks/";
    private static final String MARKDOWN = ".md";
    private static final String JSON = "application/json";
    private static final int MAX_RUNBOOKS = 500;

    private final RendererClient client;
    private final Optional<Path> runbooks;

    /** @param runbooks directory of {@code *.md} files */
    AvatarResources(RendererClient client, Optional<Path> runbooks) {
        this.client = client;
        this.runbooks = runbooks;
    }

    /** @throws IOException when the directory of runbooks cannot be read */
    List<McpSchema.Resource> all() throws IOException {
        List<McpSchema.Resource> all = new ArrayList<>();
        all.add(resource(STATE, "state", "State of the avatar", JSON));
        all.add(resource(HEALTH, "health", "Health of the renderer", JSON));
        if (runbooks.isPresent()) {
            try (Stream<Path> files = Files.list(runbooks.get())) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(MARKDOWN))
                        .sorted()
                        .limit(MAX_RUNBOOKS)
                        .map(name -> name.substring(0, name.length() - MARKDOWN.length()))
                        .forEach(name -> all.add(
                                resource(RUNBOOKS + name, name, "Runbook of the alert " + name, "text/markdown")));
            }
        }
        return all;
    }

    private static McpSchema.Resource resource(String uri, String name, String description, String type) {
        return McpSchema.Resource.builder(uri, name)
                .description(description)
                .mimeType(type)
                .build();
    }

    /** Reads one of {@link #all}; fails with an IllegalStateException whose message states the reason. */
    McpSchema.ReadResourceResult read(McpSchema.Resource resource) {
        String text;
        try {
            text = text(resource);
        } catch (FailedException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalStateException(resource.uri() + ": " + ErrorText.of(e), e);
        }
        McpSchema.ResourceContents contents = McpSchema.TextResourceContents.builder(resource.uri(), text)
                .mimeType(resource.mimeType())
                .build();
        return McpSchema.ReadResourceResult.builder(List.of(contents)).build();
    }

    private String text(McpSchema.Resource resource) throws FailedException, IOException {
        return switch (resource.uri()) {
            case STATE -> client.get("/state", true).toString();
            case HEALTH -> client.get("/health", true).toString();
            default -> BoundedFiles.readString(runbooks.orElseThrow().resolve(resource.name() + MARKDOWN));
        };
    }

    /** What of the state and the health is worth a notification. */
    Optional<String> version(String uri) {
        try {
            JsonNode document = client.get(uri.equals(STATE) ? "/state" : "/health", true);
            return Optional.of(
                    uri.equals(STATE)
                            ? document.path("seq").asText()
                            : document.path("status").asText() + document.path("reasons") + document.path("alerts"));
        } catch (FailedException e) {
            return Optional.of("unreachable");
        }
    }

    static McpSchema.Prompt prompt() {
        return McpSchema.Prompt.builder("brief_me")
                .title("Brief me on this investigation")
                .description("Summarises the current investigation, and lets the avatar say it")
                .arguments(List.of(new McpSchema.PromptArgument(
                        "audience", "Who listens", "For example: an analyst, or a manager", false)))
                .build();
    }

    McpSchema.GetPromptResult brief(McpSchema.GetPromptRequest request) {
        Object audience =
                request.arguments() == null ? null : request.arguments().get("audience");
        String text;
        try {
            text = client.get("/state", true).toString();
        } catch (FailedException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        String instruction = "Brief " + (audience == null ? "me" : audience)
                + " on this investigation in at most four sentences: what is investigated, how far it is, what was found last,"
                + " and how serious it is. Set an emotion that fits with set_emotion, and speak the brief with say. The state of"
                + " the avatar, as data:\n\n" + text;
        return McpSchema.GetPromptResult.builder(List.of(new McpSchema.PromptMessage(
                        McpSchema.Role.USER,
                        McpSchema.TextContent.builder(instruction).build())))
                .description("Brief on the current investigation")
                .build();
    }
}
