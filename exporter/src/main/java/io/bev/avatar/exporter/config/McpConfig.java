package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.net.URI;

/**
 * Section {@code mcp}.
 *
 * @param url base URL of the MCP server, an optional external service
 */
public record McpConfig(URI url) {

    /** Reads the section; problems are recorded in {@code config}. */
    public static McpConfig from(Config config) {
        return new McpConfig(HttpAddress.read(config, "mcp.url", "http://127.0.0.1:3010", "BEV_MCP_SERVER_URL"));
    }
}
