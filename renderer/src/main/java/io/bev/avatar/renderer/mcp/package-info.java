/** MCP server: tools and resources of a running renderer, for agents. A process of its own; the service does not load it. */
@NullMarked
package io.bev.avatar.renderer.mcp;

import org.jspecify.annotations.NullMarked;
