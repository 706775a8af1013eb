package io.bev.avatar.common.stack;

import io.bev.avatar.common.config.Config;

/**
 * Directory, ports and links in section {@code stack}.
 *
 * @param runDirectory directory of state, logs and data of {@code ./avatar up}, relative to the checkout
 * @param prometheusPort port of Prometheus
 * @param alertmanagerPort port of Alertmanager
 * @param grafanaPort port of Grafana
 * @param runbooks base address of the runbooks in alerts
 * @param dashboards base address of Grafana in alerts
 */
public record StackAddresses(
        String runDirectory,
        int prometheusPort,
        int alertmanagerPort,
        int grafanaPort,
        String runbooks,
        String dashboards) {

    private static final int MAX_PORT = 65_535;

    /**
     * Reads the keys; problems are added to {@code config}.
     *
     * @param exporterScheme {@code http} or {@code https}
     * @param exporterPort port of the exporter, which serves the runbooks
     */
    public static StackAddresses from(Config config, String exporterScheme, int exporterPort) {
        String runDirectory = config.text("stack.run-directory", ".run");
        int prometheus = port(config, "stack.prometheus-port", 9090);
        int alertmanager = port(config, "stack.alertmanager-port", 9093);
        int grafana = port(config, "stack.grafana-port", 3000);
        return new StackAddresses(
                runDirectory,
                prometheus,
                alertmanager,
                grafana,
                config.text("stack.runbooks-url", exporterScheme + "://127.0.0.1:" + exporterPort + "/runbooks"),
                config.text("stack.dashboards-url", "http://127.0.0.1:" + grafana));
    }

    private static int port(Config config, String key, int fallback) {
        return config.integer(key, fallback, 1, MAX_PORT);
    }
}
