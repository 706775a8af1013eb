/** Client of the MCP server's handshake. */
@NullMarked
package io.bev.avatar.exporter.mcp;

import org.jspecify.annotations.NullMarked;
