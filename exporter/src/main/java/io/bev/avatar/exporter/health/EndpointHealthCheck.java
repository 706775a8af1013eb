package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.OptionalDouble;

/** The renderer's health answer, and how long it took. */
final class EndpointHealthCheck implements HealthCheck {

    static final String CHECK = "endpoint";

    @Override
    public HealthResult judge(SampleLookup readings, Thresholds limits) {
        HealthResultBuilder verdict = new HealthResultBuilder(CHECK, limits);
        String status = readings.all("avatar_endpoint_info").stream()
                .map(sample -> SampleLookup.label(sample, "status"))
                .findFirst()
                .orElse("");
        OptionalDouble seconds = readings.value("avatar_endpoint_response_seconds");
        boolean up = readings.value("avatar_endpoint_up").orElse(0) == 1;
        verdict.value("up", up ? 1 : 0);
        if (!status.isEmpty()) {
            verdict.note("status " + status);
        }
        if (seconds.isPresent()) {
            verdict.value("response_seconds", seconds.getAsDouble());
            verdict.note("answered in " + Signal.ENDPOINT_RESPONSE.words(seconds.getAsDouble()));
            verdict.hold(
                    Signal.ENDPOINT_RESPONSE,
                    seconds.getAsDouble(),
                    "response time",
                    "see what keeps the renderer busy: frames, GPU, processor");
        }
        if (!up) {
            verdict.note("down");
            verdict.critical(
                    readings.error("endpoint").orElse("the renderer does not say that it is well"),
                    "HTTP 200 from /health",
                    "start the renderer: 'systemctl start bev-advanced-avatar' or ./avatar up");
        } else if (!status.equals("ok")) {
            verdict.warning(
                    "the renderer says '" + status + "'", "status ok", "see the reasons in its /health and its log");
        }
        return verdict.result();
    }
}
