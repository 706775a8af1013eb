package io.bev.avatar.exporter.collector.mcp;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.mcp.McpException;
import io.bev.avatar.exporter.mcp.McpProbe;
import java.io.IOException;

/**
 * Whether the MCP server, which is optional and somebody else's, shakes hands.
 *
 * <pre>
 * avatar_mcp_up 1
 * avatar_mcp_response_seconds 0.012
 * avatar_mcp_info{name="...",version="...",protocol="2025-06-18"} 1
 * </pre>
 *
 * <p>The response time is that of the whole handshake; without one there is none.
 */
public final class McpCollector implements Collector {

    private static final int LONGEST_LABEL = 64;

    private final McpProbe probe;
    private final Ticker ticker;

    public McpCollector(McpProbe probe, Ticker ticker) {
        this.probe = probe;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "mcp";
    }

    @Override
    public void collect(MetricSink out) throws Exception {
        long start = ticker.nanos();
        McpProbe.Server server;
        try {
            server = probe.initialize();
        } catch (IOException | McpException e) {
            up(out, 0);
            throw new PartialCollectionException(
                    "no MCP server at " + probe.endpoint() + ": " + e.getMessage()
                            + "; it is optional: start it, set mcp.url, or exclude the collector",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            up(out, 0);
            throw new PartialCollectionException("no MCP handshake at " + probe.endpoint() + " in time", e);
        }
        up(out, 1);
        out.gauge("avatar_mcp_response_seconds", "Duration of the MCP handshake", (ticker.nanos() - start) * 1e-9);
        out.gauge(
                "avatar_mcp_info",
                "1, with what the MCP server says of itself",
                1,
                "name",
                label(server.name()),
                "version",
                label(server.version()),
                "protocol",
                label(server.protocol()));
    }

    private static void up(MetricSink out, int value) {
        out.gauge("avatar_mcp_up", "1 when the MCP server shakes hands", value);
    }

    private static String label(String text) {
        return text.length() > LONGEST_LABEL ? text.substring(0, LONGEST_LABEL) : text;
    }
}
