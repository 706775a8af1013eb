package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code exporter}.
 *
 * @param bind address to listen on
 * @param port TCP port of {@code /metrics}, 0 to 65535; 0 takes a free one
 * @param allowedHosts host names, beside the loopback ones, under which the exporter is reached
 * @param webConfigFile TLS and users of the listener, in the format of exporter-toolkit's {@code web-config.yml}
 * @param scrapeTimeout time for a scrape whose client names none, and how far joining scrapes can extend a collection
 * @param rendererUrl base address of the renderer's page
 * @param jolokiaUrl base address of the renderer's Jolokia, with the trailing slash
 * @param alertTokenFile file with the bearer token of {@code /alerts}; without it the webhook is closed
 * @param alertSpoolFile where alert events wait while Redis is away
 * @param alertActiveFor how long an alert counts as firing without another notification; longer than Alertmanager's
 *     {@code repeat_interval}
 * @param niceness how far the exporter gives way to other programs, 0 (not at all) to 19
 * @param procPath the proc file system
 * @param sysPath the sys file system
 * @param units systemd units to report
 * @param nvmlLibrary file name of NVML
 * @param pcieThroughput whether to read PCIe throughput, which blocks the GPU's driver for 40 ms
 * @param dcgmNames whether to give GPU readings under the DCGM exporter's names too
 * @param thresholds this host's overrides
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
        List<String> units,
        String nvmlLibrary,
        boolean pcieThroughput,
        boolean dcgmNames,
        List<ThresholdOverride> thresholds) {

    /** Key of the NVML library's file name. */
    public static final String NVML_LIBRARY = "exporter.nvml-library";

    public static final String DEFAULT_NVML_LIBRARY = "libnvidia-ml.so.1";

    private static final List<String> OWN_UNITS =
            List.of("bev-advanced-avatar.service", "bev-avatar-exporter.service", "bev-avatar-gpu.service");

    public ExporterConfig {
        allowedHosts = List.copyOf(allowedHosts);
        units = List.copyOf(units);
        thresholds = List.copyOf(thresholds);
    }

    /** Reads the section; problems are noted in {@code config}. */
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
                config.texts("exporter.units", OWN_UNITS),
                config.text(NVML_LIBRARY, DEFAULT_NVML_LIBRARY),
                config.flag("exporter.pcie-throughput", false),
                config.flag("exporter.dcgm-names", false),
                ThresholdOverride.read(
                        config, "exporter.thresholds", readableFile(config, "exporter.thresholds-file")));
    }

    private static Optional<Path> readableFile(Config config, String key) {
        Optional<Path> file = config.optionalText(key).map(Path::of);
        if (file.isPresent() && !Files.isReadable(file.get())) {
            config.problem(key, "'" + file.get() + "'", "a file that this user can read");
        }
        return file;
    }
}
