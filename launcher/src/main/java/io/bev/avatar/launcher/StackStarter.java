package io.bev.avatar.launcher;

import io.bev.avatar.cds.RedisProbe;
import io.bev.avatar.common.cli.ExitCodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Selects the services to start, checks every port before the first start, then starts them and waits until they are ready. */
final class StackStarter {

    private final Console console;
    private final StackServices stack;
    private final StackConfig config;
    private final Probe probe;
    private final Supervisor supervisor;

    StackStarter(Console console, StackServices stack, StackConfig config, Probe probe, Supervisor supervisor) {
        this.console = console;
        this.stack = stack;
        this.config = config;
        this.probe = probe;
        this.supervisor = supervisor;
    }

    void start(Optional<Path> model) throws IOException, LaunchException, InterruptedException {
        List<String> taken = new ArrayList<>();
        boolean startRedis = redisNeeded(taken);
        boolean startPrometheus = serverNeeded(
                taken,
                "Prometheus",
                config.prometheusPort(),
                "BEV_STACK_PROMETHEUS_PORT",
                stack.prometheusUrl() + "/api/v1/status/config",
                "127.0.0.1:" + config.exporterPort());
        boolean startAlertmanager = serverNeeded(
                taken,
                "Alertmanager",
                config.alertmanagerPort(),
                "BEV_STACK_ALERTMANAGER_PORT",
                stack.alertmanagerUrl() + "/api/v2/status",
                ":" + config.exporterPort() + "/alerts");
        requireFree(taken, "the renderer", config.rendererPort(), "BEV_AVATAR_PORT");
        requireFree(taken, "Jolokia", config.jolokiaPort(), "BEV_JOLOKIA_PORT");
        requireFree(taken, "the exporter", config.exporterPort(), "BEV_EXPORTER_PORT");
        if (!taken.isEmpty()) {
            throw new LaunchException(ExitCodes.UNAVAILABLE, String.join(System.lineSeparator() + "      ", taken));
        }

        List<ServiceSpec> services = new ArrayList<>();
        if (startRedis) {
            services.add(stack.redis());
        }
        stack.grafana().filter(spec -> !PortOwner.isTaken(config.grafanaPort())).ifPresent(services::add);
        services.add(stack.exporter());
        services.add(stack.renderer(model));
        List<ServiceSpec> monitoring = new ArrayList<>();
        if (startAlertmanager) {
            monitoring.add(stack.alertmanager());
        }
        if (startPrometheus) {
            monitoring.add(stack.prometheus());
        }
        startAll(supervisor, processes(services), processes(monitoring));
        console.note("jolokia", stack.jolokiaUrl());
    }

    private List<ManagedProcess> processes(List<ServiceSpec> specs) {
        return specs.stream()
                .map(spec -> new ManagedProcess(spec, config.runDirectory()))
                .toList();
    }

    /** Starts the services, then the monitoring, so that services that are still starting raise no alert. */
    static void startAll(Supervisor supervisor, List<ManagedProcess> services, List<ManagedProcess> monitoring)
            throws LaunchException, InterruptedException {
        supervisor.startAll(services);
        supervisor.startAll(monitoring);
    }

    private boolean redisNeeded(List<String> taken) {
        int port = config.redisPort();
        if (config.redisIsOff()) {
            console.note("redis", "disabled, redis.url is empty");
            return false;
        }
        if (!config.redisIsLocal()) {
            String host = config.redisUrl().getHost();
            console.note("redis", "using " + (host == null ? "redis.url" : host + ":" + port) + " as configured");
            return false;
        }
        if (!PortOwner.isTaken(port)) {
            return true;
        }
        if (RedisProbe.replies(port)) {
            console.note("redis", "already running on port " + port + "; using it");
            return false;
        }
        taken.add(message("Redis", port, "BEV_REDIS_URL=redis://127.0.0.1:OTHER"));
        return false;
    }

    /** Whether to start a server. One that already runs with this configuration is used; any other owner of its port is a problem. */
    private boolean serverNeeded(
            List<String> taken, String name, int port, String variable, String statusUrl, String marker)
            throws InterruptedException {
        if (!PortOwner.isTaken(port)) {
            return true;
        }
        if (probe.get(statusUrl).filter(text -> text.contains(marker)).isPresent()) {
            console.note(name.toLowerCase(Locale.ROOT), "already running on port " + port + "; using it");
        } else {
            taken.add(message(name, port, variable + "=OTHER"));
        }
        return false;
    }

    private static void requireFree(List<String> taken, String name, int port, String variable) {
        if (PortOwner.isTaken(port)) {
            taken.add(message(name, port, variable + "=OTHER"));
        }
    }

    private static String message(String name, int port, String setting) {
        return "port " + port + " for " + name + " is used by " + PortOwner.describe(port)
                + "; stop that process or set " + setting;
    }
}
