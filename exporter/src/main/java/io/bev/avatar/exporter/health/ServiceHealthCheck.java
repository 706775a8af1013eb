package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** States and uptimes of our systemd units. */
final class ServiceHealthCheck implements HealthCheck {

    static final String CHECK = "service";

    private final List<String> units;
    private final String renderer;
    private final Clock clock;

    /**
     * @param units full names
     * @param renderer the one without which there is no avatar
     */
    ServiceHealthCheck(List<String> units, String renderer, Clock clock) {
        this.units = List.copyOf(units);
        this.renderer = renderer;
        this.clock = clock;
    }

    @Override
    public HealthResult judge(SampleLookup readings, Thresholds limits) {
        Optional<String> error = readings.error("service");
        if (error.isPresent()) {
            return HealthResult.skipped(CHECK, error.get());
        }
        HealthResultBuilder verdict = new HealthResultBuilder(CHECK, limits);
        boolean any = false;
        for (String unit : units) {
            Optional<String> state = readings.all("systemd_unit_state").stream()
                    .filter(sample -> SampleLookup.label(sample, "name").equals(unit) && sample.value == 1)
                    .map((Sample sample) -> SampleLookup.label(sample, "state"))
                    .findFirst();
            if (state.isPresent()) {
                any = true;
                unit(unit, state.get(), readings, verdict);
            }
        }
        return any
                ? verdict.result()
                : HealthResult.skipped(CHECK, "systemd knows none of " + String.join(", ", units));
    }

    private void unit(String unit, String state, SampleLookup readings, HealthResultBuilder verdict) {
        OptionalDouble start = readings.value("systemd_unit_start_time_seconds", "name", unit);
        String age = "";
        if (start.isPresent()) {
            double seconds = Math.max(0, clock.millis() / 1000.0 - start.getAsDouble());
            verdict.value("uptime_seconds:" + unit, seconds);
            age = " for " + DurationFormat.words(Duration.ofSeconds((long) seconds));
        }
        readings.value("systemd_service_restart_total", "name", unit)
                .ifPresent(restarts -> verdict.value("restarts:" + unit, restarts));
        verdict.note(unit + " " + state + age);
        if (state.equals("active")) {
            return;
        }
        String found = unit + " is " + state;
        String remedy = "see 'systemctl status " + unit + "' and 'journalctl -u " + unit + "'";
        if (state.equals("failed") || (unit.equals(renderer) && state.equals("inactive"))) {
            verdict.critical(found, "active", remedy);
        } else {
            verdict.warning(found, "active", remedy);
        }
    }
}
