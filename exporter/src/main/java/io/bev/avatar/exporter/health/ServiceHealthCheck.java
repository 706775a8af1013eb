package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.collector.CollectorError;
import io.bev.avatar.exporter.collector.Sample;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Checks states and uptimes of the avatar's systemd units. */
final class ServiceHealthCheck implements HealthCheck {

    static final String CHECK = "service";

    private final List<String> units;
    private final String renderer;
    private final Clock clock;

    /**
     * @param units full names
     * @param renderer unit of the renderer
     */
    ServiceHealthCheck(List<String> units, String renderer, Clock clock) {
        this.units = List.copyOf(units);
        this.renderer = renderer;
        this.clock = clock;
    }

    @Override
    public HealthResult check(SampleLookup samples, Thresholds thresholds) {
        Optional<CollectorError> error = samples.error("service");
        if (error.isPresent()) {
            return HealthResult.skipped(CHECK, error.get().problem());
        }
        HealthResultBuilder result = new HealthResultBuilder(CHECK, thresholds);
        boolean any = false;
        for (String unit : units) {
            Optional<String> state = samples.all("systemd_unit_state").stream()
                    .filter(sample -> sample.label("name").equals(unit) && sample.value() == 1)
                    .map((Sample sample) -> sample.label("state"))
                    .findFirst();
            if (state.isPresent()) {
                any = true;
                unit(unit, state.get(), samples, result);
            }
        }
        return any
                ? result.build()
                : HealthResult.skipped(CHECK, "systemd has none of the units " + String.join(", ", units));
    }

    private void unit(String unit, String state, SampleLookup samples, HealthResultBuilder result) {
        OptionalDouble start = samples.value("systemd_unit_start_time_seconds", "name", unit);
        String age = "";
        if (start.isPresent()) {
            double seconds = Math.max(0, clock.millis() / 1000.0 - start.getAsDouble());
            result.value("uptime_seconds:" + unit, seconds);
            age = " for " + DurationFormat.format(Duration.ofSeconds((long) seconds));
        }
        samples.value("systemd_service_restart_total", "name", unit)
                .ifPresent(restarts -> result.value("restarts:" + unit, restarts));
        result.addSummary(unit + " " + state + age);
        if (state.equals("active")) {
            return;
        }
        String found = unit + " is " + state;
        String remedy = "see 'systemctl status " + unit + "' and 'journalctl -u " + unit + "'";
        if (state.equals("failed") || (unit.equals(renderer) && state.equals("inactive"))) {
            result.critical(found, "active", remedy);
        } else {
            result.warning(found, "active", remedy);
        }
    }
}
