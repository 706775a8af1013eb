package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.config.Requirement;
import io.bev.avatar.exporter.mcp.McpProbe;
import java.util.List;

/** Whether the MCP server answers {@code initialize}. */
public final class McpCheck implements Check {

    private final McpProbe probe;
    private final Requirement need;

    public McpCheck(McpProbe probe, Requirement need) {
        this.probe = probe;
        this.need = need;
    }

    @Override
    public String name() {
        return "mcp";
    }

    @Override
    public List<CheckResult> run() throws InterruptedException {
        String expected = "an MCP server that answers initialize";
        try {
            McpProbe.Server server = probe.initialize();
            return List.of(CheckResult.ok(
                    name(),
                    server.name() + " " + server.version() + " at " + probe.endpoint() + ", protocol "
                            + server.protocol(),
                    expected));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            CheckResult result = CheckResult.failure(
                    name(),
                    probe.endpoint() + ": " + e.getMessage(),
                    expected,
                    "start it, mend mcp.url (BEV_MCP_SERVER_URL), or set exporter.check.mcp: ignored");
            return List.of(need == Requirement.REQUIRED ? result : result.forgiven("optional"));
        }
    }
}
