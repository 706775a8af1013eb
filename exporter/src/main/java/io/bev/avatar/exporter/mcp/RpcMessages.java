package io.bev.avatar.exporter.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.util.Optional;

/** JSON-RPC messages of the MCP handshake, as JSON or server-sent events. */
final class RpcMessages {

    /** Requested protocol revision; the server responds with the one it uses. */
    static final String PROTOCOL = "2025-06-18";

    private static final int ID = 1;

    private RpcMessages() {}

    static String initialize(String version) {
        ObjectNode request = JsonTrees.object().put("jsonrpc", "2.0").put("id", ID);
        ObjectNode parameters = request.put("method", "initialize").putObject("params");
        parameters.put("protocolVersion", PROTOCOL).putObject("capabilities");
        parameters.putObject("clientInfo").put("name", "bev-avatar-exporter").put("version", version);
        return JsonTrees.write(request);
    }

    static String initialized() {
        return JsonTrees.write(JsonTrees.object().put("jsonrpc", "2.0").put("method", "notifications/initialized"));
    }

    /** The response to the request in a JSON body. */
    static JsonNode fromJson(String body) throws McpException {
        try {
            JsonNode message = JsonTrees.JSON.read(body);
            if (isResponse(message)) {
                return message;
            }
        } catch (JsonProcessingException e) {
            throw new McpException("the response is not JSON: " + e.getOriginalMessage(), e);
        }
        throw new McpException("the JSON is not a response to initialize");
    }

    /** The response to the request in an event stream; empty when it has not arrived yet. */
    static Optional<JsonNode> fromEvents(String stream) {
        StringBuilder data = new StringBuilder();
        // An event ends with an empty line; data after the last empty line is incomplete.
        for (String line : stream.replace("\r\n", "\n").replace('\r', '\n').split("\n", -1)) {
            if (line.startsWith("data:")) {
                String value = line.substring("data:".length());
                data.append(value.startsWith(" ") ? value.substring(1) : value).append('\n');
            } else if (line.isEmpty() && data.length() > 0) {
                Optional<JsonNode> response = parse(data.toString());
                if (response.isPresent()) {
                    return response;
                }
                data.setLength(0);
            }
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> parse(String data) {
        try {
            return Optional.of(JsonTrees.JSON.read(data)).filter(RpcMessages::isResponse);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static boolean isResponse(JsonNode message) {
        return message.path("id").asInt() == ID && (message.has("result") || message.has("error"));
    }
}
