package io.bev.avatar.e2e.dashboards;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The row of logs: collapsed, since Grafana queries panels of a collapsed row only when it is opened, and without Loki the query fails.
 * The commands stand first.
 */
final class LogsJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int TEXT_WIDTH = 7;
    private static final int COLUMNS = 24;
    private static final int HEIGHT = 12;

    private LogsJson() {}

    /** The data source of the log lines. */
    static ObjectNode variable() {
        ObjectNode variable = JSON.objectNode()
                .put("name", "logs")
                .put("label", "Logs")
                .put("type", "datasource")
                .put("query", "loki")
                .put("regex", "")
                .put("hide", 0)
                .put("includeAll", false)
                .put("multi", false)
                .put("refresh", 1)
                .put("skipUrlSync", false);
        variable.putArray("options");
        variable.putObject("current");
        return variable;
    }

    /** The row with its panels. */
    static ObjectNode row(DashboardSource.Logs logs, int id, int y) {
        ObjectNode row = JSON.objectNode().put("id", id).put("type", "row").put("title", "Logs");
        row.put("collapsed", true);
        row.set("gridPos", position(0, y, COLUMNS, 1));
        row.putArray("panels").add(commands(logs, id + 1, y + 1)).add(lines(logs, id + 2, y + 1));
        return row;
    }

    private static ObjectNode commands(DashboardSource.Logs logs, int id, int y) {
        ObjectNode panel = JSON.objectNode()
                .put("id", id)
                .put("type", "text")
                .put("title", "Log lines on the host")
                .put("description", "Commands that show the log lines without Loki.");
        panel.set("gridPos", position(0, y, TEXT_WIDTH, HEIGHT));
        panel.putObject("options")
                .put("mode", "markdown")
                .put(
                        "content",
                        "With Loki, select its data source in **Logs**. Otherwise, on the host:\n\n```sh\n"
                                + logs.commands().strip() + "\n```\n\nAfter `./avatar up`: `tail -f .run/logs/*.log`");
        return panel;
    }

    private static ObjectNode lines(DashboardSource.Logs logs, int id, int y) {
        ObjectNode datasource = JSON.objectNode().put("type", "loki").put("uid", "${logs}");
        ObjectNode panel = JSON.objectNode()
                .put("id", id)
                .put("type", "logs")
                .put("title", "Log lines")
                .put(
                        "description",
                        "Log lines of the systemd units from Loki, newest first; stream labels unit and, if set,"
                                + " instance.");
        panel.set("datasource", datasource);
        panel.set("gridPos", position(TEXT_WIDTH, y, COLUMNS - TEXT_WIDTH, HEIGHT));
        panel.putArray("targets")
                .addObject()
                .put("refId", "A")
                .put("expr", "{unit=~\"" + logs.units() + "\",instance=~\"$instance|\"}")
                .put("queryType", "range")
                .put("maxLines", 500)
                .set("datasource", datasource.deepCopy());
        panel.putObject("options")
                .put("showTime", true)
                .put("showLabels", false)
                .put("showCommonLabels", false)
                .put("wrapLogMessage", true)
                .put("prettifyLogMessage", false)
                .put("enableLogDetails", true)
                .put("dedupStrategy", "none")
                .put("sortOrder", "Descending");
        return panel;
    }

    private static ObjectNode position(int x, int y, int width, int height) {
        return JSON.objectNode().put("x", x).put("y", y).put("w", width).put("h", height);
    }
}
