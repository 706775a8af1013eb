package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.systemd.AvatarUnits;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Section {@code exporter}.
 *
 * @param bind address to listen on
 * @param port TCP port of {@code /metrics}, 0 to 65535; 0 selects a free port
 * @param allowedHosts accepted Host header names besides the loopback names
 * @param webConfigFile TLS and users of the listener, in the format of exporter-toolkit's {@code web-config.yml}
 * @param scrapeTimeout timeout of a scrape without {@code X-Prometheus-Scrape-Timeout-Seconds}, and limit for the
 *     extension of a collection by concurrent scrapes
 * @param rendererUrl base URL of the renderer
 * @param jolokiaUrl base URL of the renderer's Jolokia, with a trailing slash
 * @param alertTokenFile file with the bearer token of {@code /alerts}; without it the webhook is disabled
 * @param alertSpoolFile file in which alert events are queued while Redis is unreachable
 * @param alertActiveFor time after which an alert without another notification no longer counts as firing; longer than
 *     Alertmanager's {@code repeat_interval}
 * @param niceness CPU niceness of the exporter, 0 to 19
 * @param procPath path of procfs
 * @param sysPath path of sysfs
 * @param hostSource source of the {@code node_*} metrics
 * @param hardware whether to report hardware facts
 * @param hostCollectors collectors of {@link #HOST_COLLECTORS} to run
 * @param textfileDirectory directory of metrics of other processes; empty for Debian's, if it exists
 * @param units systemd units to report
 * @param nvmlLibrary file name of the NVML library
 * @param pcieThroughput whether to read PCIe throughput, which blocks the GPU driver for 40 ms
 * @param dcgmNames whether to also export GPU metrics under the names of the DCGM exporter
 * @param nodeSystemdNames whether to also export all systemd units under node_exporter's names
 * @param smiNames whether to also export GPU metrics under the names of nvidia_gpu_exporter
 * @param thresholds threshold overrides of this host
 */
public record ExporterConfig(
        String bind,
        int port,
        List<String> allowedHosts,
        Optional<Path> webConfigFile,
        Duration scrapeTimeout,
        URI rendererUrl,
        URI jolokiaUrl,
        Optional<Path> alertTokenFile,
        Path alertSpoolFile,
        Duration alertActiveFor,
        int niceness,
        Path procPath,
        Path sysPath,
        HostSource hostSource,
        boolean hardware,
        List<String> hostCollectors,
        Optional<Path> textfileDirectory,
        List<String> units,
        String nvmlLibrary,
        boolean pcieThroughput,
        boolean dcgmNames,
        boolean nodeSystemdNames,
        boolean smiNames,
        List<ThresholdOverride> thresholds) {

    /** Collectors of node_exporter that are off unless requested. */
    public static final Set<String> HOST_COLLECTORS = Set.of("interrupts", "processes", "tcpstat");

    /** Configuration key of the NVML library file name. */
    public static final String NVML_LIBRARY = "exporter.nvml-library";

    public static final String DEFAULT_NVML_LIBRARY = "libnvidia-ml.so.1";

    public ExporterConfig {
        allowedHosts = List.copyOf(allowedHosts);
        hostCollectors = List.copyOf(hostCollectors);
        units = List.copyOf(units);
        thresholds = List.copyOf(thresholds);
    }

    /** Reads the section; problems are recorded in {@code config}. */
    public static ExporterConfig from(Config config) {
        return new ExporterConfig(
                config.text("exporter.bind", "127.0.0.1"),
                config.integer("exporter.port", 9818, 0, 65535),
                config.texts("exporter.allowed-hosts", List.of()),
                readableFile(config, "exporter.web-config-file"),
                config.duration(
                        "exporter.scrape-timeout",
                        Duration.ofSeconds(8),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(2)),
                HttpAddress.read(config, "exporter.renderer-url", "http://127.0.0.1:8080"),
                HttpAddress.read(config, "exporter.jolokia-url", "http://127.0.0.1:8778/jolokia/"),
                readableFile(config, "exporter.alert-token-file"),
                Path.of(config.text("exporter.state-directory", "state", "BEV_EXPORTER_STATE_DIR"))
                        .resolve("alert-spool.jsonl"),
                config.duration(
                        "exporter.alert-active-for", Duration.ofHours(12), Duration.ofMinutes(1), Duration.ofDays(30)),
                config.integer("exporter.niceness", 10, 0, 19),
                Path.of(config.text("exporter.proc-path", "/proc")),
                Path.of(config.text("exporter.sys-path", "/sys")),
                config.choice("exporter.host-source", HostSource.class, HostSource.AUTO),
                config.flag("exporter.hardware", true),
                hostCollectors(config),
                config.optionalText("exporter.textfile-directory").map(Path::of),
                config.texts("exporter.units", AvatarUnits.ALL),
                config.text(NVML_LIBRARY, DEFAULT_NVML_LIBRARY),
                config.flag("exporter.pcie-throughput", false),
                config.flag("exporter.dcgm-names", false),
                config.flag("exporter.node-systemd-names", false),
                config.flag("exporter.nvidia-smi-names", false),
                ThresholdOverride.read(
                        config, "exporter.thresholds", readableFile(config, "exporter.thresholds-file")));
    }

    private static List<String> hostCollectors(Config config) {
        String key = "exporter.host-collectors";
        List<String> names = config.texts(key, List.of());
        for (String name : names) {
            if (!HOST_COLLECTORS.contains(name)) {
                config.problem(
                        key,
                        "'" + name + "'",
                        "names of " + String.join(", ", new TreeSet<>(HOST_COLLECTORS)) + "; others are on by default");
            }
        }
        return names;
    }

    private static Optional<Path> readableFile(Config config, String key) {
        Optional<Path> file = config.optionalText(key).map(Path::of);
        if (file.isPresent() && !Files.isReadable(file.get())) {
            config.problem(key, "'" + file.get() + "'", "a file readable by this user");
        }
        return file;
    }
}
