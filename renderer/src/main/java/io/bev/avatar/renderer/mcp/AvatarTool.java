package io.bev.avatar.renderer.mcp;

import io.modelcontextprotocol.spec.McpSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tool and what it does.
 *
 * @param readOnly whether it changes nothing
 * @param destructive whether it replaces what cannot be restored by another call
 * @param properties JSON schema of each argument
 * @param required names of the arguments that must be present
 */
record AvatarTool(
        String name,
        String title,
        String description,
        boolean readOnly,
        boolean destructive,
        Map<String, Object> properties,
        List<String> required,
        Action action) {

    AvatarTool {
        properties = Map.copyOf(properties);
        required = List.copyOf(required);
    }

    /** Performs a call. */
    @FunctionalInterface
    interface Action {
        McpSchema.Content call(Map<String, Object> arguments) throws RendererClient.FailedException;
    }

    McpSchema.Tool schema() {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("type", "object");
        input.put("properties", properties);
        input.put("required", required);
        input.put("additionalProperties", false);
        return McpSchema.Tool.builder(name, input)
                .title(title)
                .description(description)
                .annotations(new McpSchema.ToolAnnotations(title, readOnly, destructive, readOnly, false, null))
                .build();
    }

    /** The result of a call; a failure is a result too, whose text names the remedy. */
    McpSchema.CallToolResult call(McpSchema.CallToolRequest request) {
        McpSchema.CallToolResult.Builder result = McpSchema.CallToolResult.builder();
        try {
            Map<String, Object> arguments = request.arguments();
            return result.addContent(action.call(arguments == null ? Map.of() : arguments))
                    .isError(false)
                    .build();
        } catch (RendererClient.FailedException e) {
            return result.addTextContent(String.valueOf(e.getMessage()))
                    .isError(true)
                    .build();
        }
    }
}
