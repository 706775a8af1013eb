package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.time.Duration;

/**
 * How the exporter keeps an eye on whoever sends it alerts.
 *
 * @param url base address of Alertmanager
 * @param watchdogTimeout silence of AvatarWatchdog after which the exporter raises an alert of its own
 */
public record AlertmanagerConfig(URI url, Duration watchdogTimeout) {

    /** Reads its keys of the section {@code exporter}; problems are noted in {@code config}. */
    public static AlertmanagerConfig from(Config config) {
        return new AlertmanagerConfig(
                HttpAddress.read(config, "exporter.alertmanager-url", "http://127.0.0.1:9093"),
                config.duration(
                        "exporter.watchdog-timeout",
                        Duration.ofMinutes(4),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1)));
    }
}
