package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.collector.CollectorError;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.OptionalDouble;

/** Checks the renderer's health response and its latency. */
final class EndpointHealthCheck implements HealthCheck {

    static final String CHECK = "endpoint";

    @Override
    public HealthResult check(SampleLookup samples, Thresholds thresholds) {
        HealthResultBuilder result = new HealthResultBuilder(CHECK, thresholds);
        String status = samples.all("avatar_endpoint_info").stream()
                .map(sample -> sample.label("status"))
                .findFirst()
                .orElse("");
        OptionalDouble seconds = samples.value("avatar_endpoint_response_seconds");
        boolean up = samples.value("avatar_endpoint_up").orElse(0) == 1;
        result.value("up", up ? 1 : 0);
        if (!status.isEmpty()) {
            result.addSummary("status " + status);
        }
        if (seconds.isPresent()) {
            result.value("response_seconds", seconds.getAsDouble());
            result.addSummary("responded in " + Signal.ENDPOINT_RESPONSE.format(seconds.getAsDouble()));
            result.checkThreshold(
                    Signal.ENDPOINT_RESPONSE,
                    seconds.getAsDouble(),
                    "response time",
                    "check frame times, GPU and CPU load of the renderer");
        }
        if (!up) {
            result.addSummary("down");
            result.critical(
                    samples.error("endpoint")
                            .map(CollectorError::text)
                            .orElse("the renderer does not report itself as healthy"),
                    "HTTP 200 from /health",
                    "start the renderer: 'systemctl start bev-advanced-avatar' or './avatar up'");
        } else if (!status.equals("ok")) {
            result.warning(
                    "the renderer reports status '" + status + "'",
                    "status ok",
                    "see the reasons in its /health response and its log");
        }
        return result.build();
    }
}
