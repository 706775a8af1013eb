/** Collector {@code mcp}: the handshake with the optional MCP server. */
@NullMarked
package io.bev.avatar.exporter.collector.mcp;

import org.jspecify.annotations.NullMarked;
