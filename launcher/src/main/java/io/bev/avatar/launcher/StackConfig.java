package io.bev.avatar.launcher;

import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.stack.StackAddresses;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings of {@code ./avatar up}: the section {@code stack} and the ports of the other sections.
 *
 * @param runDirectory directory of state, logs, data and secrets
 * @param redisUrl Redis of renderer and exporter
 * @param rendererPort port of the page
 * @param jolokiaPort port of the renderer's Jolokia
 * @param exporterPort port of the exporter
 * @param exporter credentials of this run's exporter clients
 * @param prometheusPort port of Prometheus
 * @param alertmanagerPort port of Alertmanager
 * @param grafanaPort port of Grafana, if installed
 * @param receivers destinations of alert notifications for people
 * @param links base addresses of the links in alerts
 * @param configFile configuration file; empty if only defaults and environment apply
 */
record StackConfig(
        Path runDirectory,
        URI redisUrl,
        int rendererPort,
        int jolokiaPort,
        int exporterPort,
        ExporterClients exporter,
        int prometheusPort,
        int alertmanagerPort,
        int grafanaPort,
        AlertReceivers receivers,
        Links links,
        Optional<Path> configFile) {

    /**
     * Base addresses in alerts.
     *
     * @param runbooks of the runbooks, {@code BASE/NAME.md}
     * @param dashboards of Grafana
     * @param configured keys of section {@code page} that are set
     */
    record Links(String runbooks, String dashboards, Set<String> configured) {

        static final Set<String> PAGE = Set.of("page.metrics-url", "page.runbooks-url", "page.dashboards-url");

        /** Environment with which the page links to this run's services, except where it is configured. */
        Map<String, String> page(String exporter, boolean grafana) {
            Map<String, String> addresses = new HashMap<>();
            addresses.put("page.metrics-url", exporter + "/metrics");
            addresses.put("page.runbooks-url", runbooks);
            if (grafana) {
                addresses.put("page.dashboards-url", dashboards);
            }
            addresses.keySet().removeAll(configured);
            Map<String, String> environment = new HashMap<>();
            addresses.forEach((key, address) -> environment.put(
                    "BEV_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), address));
            return environment;
        }
    }

    static StackConfig from(Config config, Path root, Map<String, String> environment) {
        String redis = config.text("redis.url", "redis://127.0.0.1:6379", "BEV_REDIS_URL");
        URI redisUrl = URI.create("redis://127.0.0.1:6379");
        try {
            redisUrl = URI.create(redis);
        } catch (IllegalArgumentException e) {
            config.problem("redis.url", "not a URL", "a URL such as redis://127.0.0.1:6379");
        }
        ExporterClients exporter = ExporterClients.from(config);
        int exporterPort = port(config, "exporter.port", 9818, "BEV_EXPORTER_PORT");
        StackAddresses addresses = StackAddresses.from(config, exporter.access().scheme(), exporterPort);
        StackConfig result = new StackConfig(
                root.resolve(addresses.runDirectory()).normalize(),
                redisUrl,
                port(config, "renderer.port", 8080, "BEV_AVATAR_PORT"),
                port(config, "renderer.jolokia-port", 8778, "BEV_JOLOKIA_PORT"),
                exporterPort,
                exporter,
                addresses.prometheusPort(),
                addresses.alertmanagerPort(),
                addresses.grafanaPort(),
                AlertReceivers.from(config),
                new Links(
                        addresses.runbooks(),
                        addresses.dashboards(),
                        Links.PAGE.stream()
                                .filter(key -> config.optionalText(key).isPresent())
                                .collect(Collectors.toSet())),
                Optional.ofNullable(environment.get("BEV_AVATAR_CONFIG"))
                        .filter(file -> !file.isBlank())
                        .map(Path::of));
        config.finish("stack");
        return result;
    }

    private static int port(Config config, String key, int fallback, String... variables) {
        return config.integer(key, fallback, 1, 65535, variables);
    }

    /** Whether Redis is disabled: its URL is empty. */
    boolean redisIsOff() {
        return redisUrl.toString().isEmpty();
    }

    /** The port in the Redis URL, 6379 by default. */
    int redisPort() {
        return redisUrl.getPort() < 0 ? 6379 : redisUrl.getPort();
    }

    /** Whether the Redis URL is on this machine, so that a missing server may be started. */
    boolean redisIsLocal() {
        String host = redisUrl.getHost();
        return "redis".equals(redisUrl.getScheme())
                && host != null
                && (host.equals("127.0.0.1") || host.equals("localhost") || host.equals("[::1]"));
    }
}
