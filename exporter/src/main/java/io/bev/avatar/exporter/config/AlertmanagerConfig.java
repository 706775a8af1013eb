package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.time.Duration;

/**
 * Settings for monitoring the alert sources, Prometheus and Alertmanager.
 *
 * @param url base address of Alertmanager
 * @param watchdogTimeout time without the AvatarWatchdog heartbeat after which the exporter raises an alert itself
 */
public record AlertmanagerConfig(URI url, Duration watchdogTimeout) {

    /** Reads its keys of the section {@code exporter}; problems are recorded in {@code config}. */
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
