package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.config.Requirement;
import io.bev.avatar.exporter.mcp.McpProbe;
import java.util.List;

/** Checks that the MCP server responds to {@code initialize}. */
public final class McpCheck implements Check {

    private final McpProbe probe;
    private final Requirement requirement;

    public McpCheck(McpProbe probe, Requirement requirement) {
        this.probe = probe;
        this.requirement = requirement;
    }

    @Override
    public String name() {
        return "mcp";
    }

    @Override
    public List<CheckResult> run() throws InterruptedException {
        String expected = "an MCP server that responds to initialize";
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
                    "start the MCP server, fix mcp.url (BEV_MCP_SERVER_URL), or set exporter.check.mcp: ignored");
            return List.of(requirement == Requirement.REQUIRED ? result : result.notHere("optional"));
        }
    }
}
