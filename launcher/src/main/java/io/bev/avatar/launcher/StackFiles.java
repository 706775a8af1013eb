package io.bev.avatar.launcher;

import io.bev.avatar.common.process.HostName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files of a run: copies of the shipped Prometheus, Alertmanager and Grafana configuration with this run's addresses, and
 * secrets created on the first run.
 */
final class StackFiles {

    private static final String SHIPPED_EXPORTER = "http://127.0.0.1:9818";
    private static final String SHIPPED_PROMETHEUS = "http://127.0.0.1:9090";

    private static final Pattern KEEP_FIRING_FOR = Pattern.compile("(?m)^ *keep_firing_for:.*\\R");

    private final Path root;
    private final StackConfig config;

    StackFiles(Path root, StackConfig config) {
        this.root = root;
        this.config = config;
    }

    Path directory(String name) throws IOException {
        return Files.createDirectories(config.runDirectory().resolve(name));
    }

    Path log(String service) throws IOException {
        return directory("logs").resolve(service + ".log");
    }

    /**
     * Creates Prometheus' directory with configuration, rules and targets.
     *
     * @param keepsFiring whether this Prometheus supports {@code keep_firing_for}; an older one rejects rules with it
     */
    Path preparePrometheus(boolean keepsFiring) throws IOException {
        Path target = directory("prometheus");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve("alerting-rules"), "*.yml")) {
            for (Path file : files) {
                String text = Files.readString(file);
                Files.writeString(
                        target.resolve(file.getFileName().toString()),
                        keepsFiring ? text : KEEP_FIRING_FOR.matcher(text).replaceAll(""));
            }
        }
        Path configuration = target.resolve("prometheus.yml");
        if (Files.exists(configuration)) {
            Files.writeString(configuration, config.exporter().prometheus(withLinks(Files.readString(configuration))));
        }
        Path targets = Files.createDirectories(target.resolve("targets"));
        Files.writeString(targets.resolve("avatar.yml"), target(config.exporterPort()));
        Files.writeString(targets.resolve("alertmanager.yml"), target(config.alertmanagerPort()));
        Files.writeString(targets.resolve("prometheus.yml"), target(config.prometheusPort()));
        return target;
    }

    /** Sets the base addresses of the links in alerts. */
    private String withLinks(String configuration) {
        return configuration
                .replaceAll(
                        "(?m)^( {4}runbooks: ).*",
                        "$1" + Matcher.quoteReplacement("'" + config.links().runbooks() + "'"))
                .replaceAll(
                        "(?m)^( {4}dashboards: ).*",
                        "$1" + Matcher.quoteReplacement("'" + config.links().dashboards() + "'"));
    }

    private static String target(int port) {
        return "- targets: ['127.0.0.1:" + port + "']\n  labels: {instance: '"
                + HostName.read(Path.of("/proc")).instance() + "'}\n";
    }

    /** Creates Alertmanager's directory with configuration and the token for the exporter's webhook. */
    Path prepareAlertmanager() throws IOException {
        Path target = directory("alertmanager");
        String text = Files.readString(root.resolve("alerting-rules/alertmanager.yml"));
        String forExporter = config.exporter()
                .alertmanager(text.replace(
                        SHIPPED_EXPORTER,
                        config.exporter().access().scheme() + "://127.0.0.1:" + config.exporterPort()));
        Files.writeString(
                target.resolve("alertmanager.yml"),
                config.receivers().applyTo(forExporter, (name, file) -> file.toString()));
        Files.copy(
                root.resolve("alerting-rules/avatar.tmpl"),
                target.resolve("avatar.tmpl"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.copy(secret("alert-token"), target.resolve("alert-token"), StandardCopyOption.REPLACE_EXISTING);
        return target;
    }

    /** Creates Grafana's provisioning directory; its data source is this run's Prometheus. */
    Path prepareGrafana() throws IOException {
        Path target = directory("grafana/provisioning");
        Path shipped = root.resolve("grafana/provisioning");
        for (String directory : new String[] {"datasources", "dashboards"}) {
            Path to = Files.createDirectories(target.resolve(directory));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(shipped.resolve(directory), "*.yml")) {
                for (Path file : files) {
                    String text = Files.readString(file)
                            .replace(SHIPPED_PROMETHEUS, "http://127.0.0.1:" + config.prometheusPort())
                            .replace(
                                    "/etc/bev-avatar/grafana/dashboards",
                                    root.resolve("grafana/dashboards").toString());
                    Files.writeString(to.resolve(file.getFileName().toString()), text);
                }
            }
        }
        return target;
    }

    /** A secret, created if missing, readable only by its owner. */
    Path secret(String name) throws IOException {
        Path directory = directory("secrets");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, HexFormat.of().formatHex(random), StandardCharsets.US_ASCII);
        }
        return file;
    }
}
