package io.bev.avatar.exporter.collector.mcp;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.CertificateExpiry;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.mcp.McpException;
import io.bev.avatar.exporter.mcp.McpProbe;
import java.io.IOException;

/**
 * Collector {@code mcp}: whether the handshake with the MCP server, an optional external service, succeeds.
 *
 * <pre>
 * avatar_mcp_up 1
 * avatar_mcp_response_seconds 0.012
 * avatar_mcp_info{name="...",version="...",protocol="2025-06-18"} 1
 * </pre>
 *
 * <p>The response time covers the whole handshake; it is absent when the handshake fails.
 */
public final class McpCollector implements Collector {

    private static final int MAX_LABEL_LENGTH = 64;

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
                    "MCP handshake with " + probe.endpoint() + " failed: " + e.getMessage()
                            + "; the MCP server is optional: start it, set mcp.url, or exclude the collector",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            up(out, 0);
            throw new PartialCollectionException("MCP handshake with " + probe.endpoint() + " timed out", e);
        }
        up(out, 1);
        CertificateExpiry.report(out, "mcp", server.session().flatMap(CertificateExpiry::earliest));
        out.gauge("avatar_mcp_response_seconds", "Duration of the MCP handshake", (ticker.nanos() - start) * 1e-9);
        out.gauge(
                "avatar_mcp_info",
                "Always 1; labels describe the MCP server",
                1,
                "name",
                label(server.name()),
                "version",
                label(server.version()),
                "protocol",
                label(server.protocol()));
    }

    @Override
    public void reportUnreachable(MetricSink out) {
        up(out, 0);
    }

    private static void up(MetricSink out, int value) {
        out.gauge("avatar_mcp_up", "1 if the MCP handshake succeeds", value);
    }

    private static String label(String text) {
        return text.length() > MAX_LABEL_LENGTH ? text.substring(0, MAX_LABEL_LENGTH) : text;
    }
}
