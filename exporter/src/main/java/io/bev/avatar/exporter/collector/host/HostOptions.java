package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.config.ExporterConfig;
import java.nio.file.Path;
import java.util.Set;

/**
 * Settings of the host collector.
 *
 * @param proc path of procfs
 * @param sys path of sysfs
 * @param textFiles directory of {@code *.prom} files
 * @param textFilesRequired whether it is an error that the directory does not exist
 * @param onRequest those of {@link ExporterConfig#HOST_COLLECTORS} to run
 */
public record HostOptions(Path proc, Path sys, Path textFiles, boolean textFilesRequired, Set<String> onRequest) {

    /** Debian's directory of text files, to which the scripts of its packages write. */
    private static final Path DEFAULT_TEXT_FILES = Path.of("/var/lib/prometheus/node-exporter");

    public HostOptions {
        onRequest = Set.copyOf(onRequest);
    }

    /** The configured ones. */
    public static HostOptions of(ExporterConfig config) {
        return new HostOptions(
                config.procPath(),
                config.sysPath(),
                config.textfileDirectory().orElse(DEFAULT_TEXT_FILES),
                config.textfileDirectory().isPresent(),
                Set.copyOf(config.hostCollectors()));
    }
}
