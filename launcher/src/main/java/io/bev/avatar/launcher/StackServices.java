package io.bev.avatar.launcher;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.RedisProbe;
import io.bev.avatar.common.tls.ExporterClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Command line and readiness check of each service of the stack. */
final class StackServices {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private final Path root;
    private final StackConfig config;
    private final StackFiles files;
    private final Probe probe;
    private final Optional<SimulatedGpu> simulatedGpu;

    /** @param simulatedGpu simulator that the exporter uses instead of the driver; empty for the driver */
    StackServices(Path root, StackConfig config, Probe probe, Optional<SimulatedGpu> simulatedGpu) {
        this.root = root;
        this.config = config;
        this.files = new StackFiles(root, config);
        this.probe = probe;
        this.simulatedGpu = simulatedGpu;
    }

    String pageUrl() {
        return "http://127.0.0.1:" + config.rendererPort() + "/";
    }

    String prometheusUrl() {
        return "http://127.0.0.1:" + config.prometheusPort();
    }

    String alertmanagerUrl() {
        return "http://127.0.0.1:" + config.alertmanagerPort();
    }

    String jolokiaUrl() {
        return "http://127.0.0.1:" + config.jolokiaPort() + "/jolokia/";
    }

    ServiceSpec redis() throws IOException {
        int port = config.redisPort();
        List<String> command = List.of(
                program("redis-server"),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                files.directory("redis").toString(),
                "--appendonly",
                "yes",
                "--save",
                "");
        return new ServiceSpec(
                "redis",
                command,
                Map.of(),
                () -> RedisProbe.replies(port),
                "redis://127.0.0.1:" + port,
                files.log("redis"),
                START_TIMEOUT,
                SECOND);
    }

    ServiceSpec renderer(Optional<Path> model) throws IOException {
        Installation programs = Installation.of(root);
        List<String> flags =
                new ArrayList<>(programs.archive(programs.renderer()).options());
        flags.addAll(javaOptions(System.getenv()));
        List<String> command = programs.command(programs.renderer(), flags);
        command.add("serve");
        Map<String, String> environment = new HashMap<>();
        environment.put("BEV_AVATAR_STATE_DIR", files.directory("state").toString());
        environment.put(
                "BEV_RENDERER_CONTROL_PASSWORD_FILE",
                files.secret("control-password").toString());
        environment.putAll(config.links().page(exporterUrl(), grafana().isPresent()));
        simulatedGpu.ifPresent(gpu -> environment.putAll(SimulatedGpu.rendererEnvironment()));
        model.ifPresent(path -> environment.put("BEV_AVATAR_MODEL", path.toString()));
        return new ServiceSpec(
                "renderer",
                command,
                environment,
                () -> probe.answers(pageUrl() + "health/ready"),
                pageUrl(),
                files.log("renderer"),
                START_TIMEOUT,
                Duration.ofMillis(200));
    }

    private String exporterUrl() {
        return config.exporter().access().scheme() + "://127.0.0.1:" + config.exporterPort();
    }

    /** Additional JVM options of the renderer, as in the installed service. */
    static List<String> javaOptions(Map<String, String> environment) {
        String options = environment.getOrDefault("BEV_AVATAR_JAVA_OPTIONS", "").strip();
        return options.isEmpty() ? List.of() : List.of(options.split("\\s+", -1));
    }

    ServiceSpec exporter() throws IOException {
        Installation programs = Installation.of(root);
        List<String> command = programs.command(programs.exporter());
        command.add("serve");
        ExporterClientAuth access = config.exporter().access();
        Probe exporterProbe = config.exporter().probe();
        String url = exporterUrl();
        Map<String, String> environment = new HashMap<>(Map.of(
                "MALLOC_ARENA_MAX", "1",
                "BEV_EXPORTER_RENDERER_URL", "http://127.0.0.1:" + config.rendererPort(),
                "BEV_EXPORTER_JOLOKIA_URL", jolokiaUrl(),
                "BEV_EXPORTER_ALERT_TOKEN_FILE", files.secret("alert-token").toString(),
                "BEV_EXPORTER_ALERTMANAGER_URL", alertmanagerUrl(),
                "BEV_EXPORTER_RECOVERY_CONTROL_PASSWORD_FILE",
                        files.secret("control-password").toString(),
                "BEV_EXPORTER_STATE_DIR", files.directory("exporter").toString()));
        access.webConfig().ifPresent(file -> environment.put("BEV_EXPORTER_WEB_CONFIG_FILE", file.toString()));
        simulatedGpu.ifPresent(gpu -> environment.putAll(gpu.exporterEnvironment()));
        return new ServiceSpec(
                "exporter",
                command,
                environment,
                () -> config.exporter().ready(exporterProbe, url + "/-/ready"),
                url + "/metrics",
                files.log("exporter"),
                START_TIMEOUT,
                SECOND);
    }

    /** Environment with which {@code ./avatar check} and {@code health} examine this run. */
    Map<String, String> commandEnvironment() throws IOException {
        Map<String, String> environment = new TreeMap<>(exporter().environment());
        environment.put("BEV_AVATAR_STATE_DIR", files.directory("state").toString());
        environment.put(
                "BEV_EXPORTER_HEALTH_DIRECTORY", files.directory("health").toString());
        return environment;
    }

    ServiceSpec alertmanager() throws IOException {
        Path directory = files.prepareAlertmanager();
        List<String> command = List.of(
                program("prometheus-alertmanager", "alertmanager"),
                "--config.file=" + directory.resolve("alertmanager.yml"),
                "--storage.path=" + files.directory("alertmanager/data"),
                "--web.listen-address=127.0.0.1:" + config.alertmanagerPort(),
                "--cluster.listen-address=");
        return new ServiceSpec(
                "alertmanager",
                command,
                Map.of(),
                () -> probe.answers(alertmanagerUrl() + "/-/ready"),
                alertmanagerUrl() + "/",
                files.log("alertmanager"),
                START_TIMEOUT,
                SECOND);
    }

    ServiceSpec prometheus() throws IOException {
        String program = program("prometheus");
        Path directory = files.preparePrometheus(PrometheusVersion.of(program).keepsFiring());
        List<String> command = List.of(
                program,
                "--config.file=" + directory.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + files.directory("prometheus/data"),
                "--storage.tsdb.retention.time=15d",
                "--web.listen-address=127.0.0.1:" + config.prometheusPort());
        return new ServiceSpec(
                "prometheus",
                command,
                Map.of(),
                () -> probe.answers(prometheusUrl() + "/-/ready"),
                prometheusUrl() + "/",
                files.log("prometheus"),
                START_TIMEOUT,
                SECOND);
    }

    /** Grafana, when it is installed. */
    Optional<ServiceSpec> grafana() throws IOException {
        Optional<Path> server = Installation.find("grafana-server");
        if (server.isEmpty()) {
            return Optional.empty();
        }
        String url = "http://127.0.0.1:" + config.grafanaPort();
        Map<String, String> environment = Map.of(
                "GF_PATHS_PROVISIONING",
                files.prepareGrafana().toString(),
                "GF_PATHS_DATA",
                files.directory("grafana/data").toString(),
                "GF_PATHS_LOGS",
                files.directory("logs").toString(),
                "GF_SERVER_HTTP_ADDR",
                "127.0.0.1",
                "GF_SERVER_HTTP_PORT",
                Integer.toString(config.grafanaPort()),
                "GF_AUTH_ANONYMOUS_ENABLED",
                "true",
                "GF_ANALYTICS_REPORTING_ENABLED",
                "false",
                "GF_ANALYTICS_CHECK_FOR_UPDATES",
                "false");
        return Optional.of(new ServiceSpec(
                "grafana",
                List.of(server.get().toString(), "--homepath", "/usr/share/grafana"),
                environment,
                () -> probe.answers(url + "/api/health"),
                url + "/d/avatar-overview",
                files.log("grafana"),
                START_TIMEOUT,
                SECOND));
    }

    private static String program(String... names) throws IOException {
        for (String name : names) {
            Optional<Path> found = Installation.find(name);
            if (found.isPresent()) {
                return found.get().toString();
            }
        }
        throw new IOException(names[0] + " is not installed; ./avatar up without --no-install installs it");
    }
}
