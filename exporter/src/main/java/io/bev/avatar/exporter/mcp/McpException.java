package io.bev.avatar.exporter.mcp;

/** The server does not speak MCP or rejected a request. */
public final class McpException extends Exception {

    private static final long serialVersionUID = 1L;

    McpException(String message) {
        super(message);
    }

    McpException(String message, Throwable cause) {
        super(message, cause);
    }
}
