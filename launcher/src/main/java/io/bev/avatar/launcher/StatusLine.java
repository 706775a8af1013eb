package io.bev.avatar.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;

/** Live status line: fps, backend, viewers, health and firing alerts, as reported by the running services. */
final class StatusLine {

    private final Console console;
    private final Probe probe;
    private final String healthUrl;
    private final String alertsUrl;

    StatusLine(Console console, Probe probe, StackServices stack) {
        this.console = console;
        this.probe = probe;
        this.healthUrl = stack.pageUrl() + "health";
        this.alertsUrl = stack.prometheusUrl() + "/api/v1/alerts";
    }

    /** One line of text; takes up to two seconds without responses. */
    String read() throws InterruptedException {
        Optional<JsonNode> health = probe.json(healthUrl).filter(node -> node.has("status"));
        String renderer = health.map(this::describe).orElseGet(() -> console.bad("renderer unreachable"));
        return "  " + renderer + " · " + alerts(probe.json(alertsUrl));
    }

    private String describe(JsonNode health) {
        String status = health.path("status").asText();
        String shown = status.equals("ok") ? console.good("ok") : console.bad(status);
        int viewers = health.path("viewers").asInt();
        return String.format(
                Locale.ROOT,
                "%s · %.1f fps%s · %s · %d %s",
                shown,
                health.path("fps").asDouble(),
                viewers == 0 ? " (idle)" : "",
                health.path("backend").asText("?"),
                viewers,
                viewers == 1 ? "viewer" : "viewers");
    }

    private String alerts(Optional<JsonNode> answer) {
        if (answer.isEmpty()) {
            return console.bad("Prometheus unreachable");
        }
        StringBuilder names = new StringBuilder();
        int firing = 0;
        for (JsonNode alert : answer.get().path("data").path("alerts")) {
            String name = alert.path("labels").path("alertname").asText();
            if (alert.path("state").asText().equals("firing") && !name.equals("AvatarWatchdog")) {
                names.append(firing++ == 0 ? "" : ", ").append(name);
            }
        }
        return firing == 0 ? "no alerts" : console.bad(firing + (firing == 1 ? " alert: " : " alerts: ") + names);
    }
}
