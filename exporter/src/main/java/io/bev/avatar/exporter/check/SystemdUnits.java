package io.bev.avatar.exporter.check;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.ExporterConfigs;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.systemd.SystemdCollector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads states of single systemd units over D-Bus. */
final class SystemdUnits implements DockerCheck.UnitState {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(SystemdUnits.class);

    private final ExporterConfigs settings;

    SystemdUnits(ExporterConfigs settings) {
        this.settings = settings;
    }

    @Override
    public Optional<String> of(String unit) throws InterruptedException {
        MetricSink out = new MetricSink();
        try (SystemdCollector units =
                new SystemdCollector(List.of(unit), settings.systemBus(), TIMEOUT, Ticker.system())) {
            units.collect(out);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.debug("Cannot read the state of unit {}", unit, e);
            return Optional.empty();
        }
        return out.families().stream()
                .filter(family -> family.name().equals("systemd_unit_state"))
                .flatMap(family -> family.samples().stream())
                .filter(sample -> sample.value() == 1)
                .map(sample -> sample.label("state"))
                .findFirst();
    }
}
