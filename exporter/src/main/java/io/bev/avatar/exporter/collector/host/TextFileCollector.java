package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics that other processes write to {@code *.prom} files in one directory, in the text format. A file that cannot be
 * read is left out as a whole, reported and logged; the others are exported.
 *
 * <pre>
 * node_textfile_mtime_seconds{file="/var/lib/prometheus/node-exporter/apt.prom"} 1.796034153E9
 * node_textfile_scrape_error 0.0
 * </pre>
 */
final class TextFileCollector implements HostSubcollector {

    private static final Logger LOG = LoggerFactory.getLogger(TextFileCollector.class);

    private static final String SUFFIX = ".prom";
    private static final int MAX_FILES = 100;
    private static final int MAX_BYTES = 1 << 20;

    /** Limit of series in all files together. */
    private static final int MAX_SERIES = 10_000;

    private final Path directory;
    private final boolean required;

    /** Errors of the previous scrape, by file: each is logged once. */
    private Map<Path, String> reported = Map.of();

    /** @param required whether it is an error that the directory does not exist */
    TextFileCollector(Path directory, boolean required) {
        this.directory = directory;
        this.required = required;
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<Path, String> errors = new HashMap<>();
        Map<Path, Double> modified = new TreeMap<>();
        List<TextFile> contents = new ArrayList<>();
        int series = 0;
        int count = 0;
        for (Path file : entries(errors)) {
            if (!HostFiles.name(file).endsWith(SUFFIX)) {
                continue;
            }
            try {
                if (++count > MAX_FILES) {
                    throw new IOException("more than " + MAX_FILES + " files; merge some of them");
                }
                TextFile content = content(file);
                series += content.size();
                if (series > MAX_SERIES) {
                    series -= content.size();
                    throw new IOException("more than " + MAX_SERIES + " series in all files");
                }
                content.check(contents);
                contents.add(content);
                modified.put(file, Files.getLastModifiedTime(file).toMillis() / 1e3);
            } catch (IOException | IllegalArgumentException e) {
                errors.put(file, String.valueOf(e.getMessage()));
                files.skip(file.toString(), e);
            }
        }
        contents.forEach(content -> content.write(out));
        modified.forEach((file, seconds) -> out.gauge(
                "node_textfile_mtime_seconds",
                "Unixtime mtime of textfiles successfully read.",
                seconds,
                "file",
                file.toString()));
        out.gauge(
                "node_textfile_scrape_error",
                "1 if there was an error opening or reading a file, 0 otherwise",
                errors.isEmpty() ? 0 : 1);
        log(errors);
    }

    private List<Path> entries(Map<Path, String> errors) throws IOException {
        if (!Files.isDirectory(directory)) {
            if (!required) {
                throw new SourceAbsentException(directory.toString());
            }
            errors.put(directory, "not a directory; create it or change exporter.textfile-directory");
            return List.of();
        }
        try {
            return HostFiles.entries(directory);
        } catch (IOException e) {
            errors.put(directory, e + "; make it readable for the exporter's user");
            return List.of();
        }
    }

    private static TextFile content(Path file) throws IOException {
        // Reading a pipe or a device may block, and need not end.
        if (!Files.isRegularFile(file)) {
            throw new IOException("not a regular file");
        }
        return TextFile.parse(
                new String(HostFiles.read(file, MAX_BYTES), StandardCharsets.UTF_8), "Metric read from " + file);
    }

    private void log(Map<Path, String> errors) {
        errors.forEach((file, error) -> {
            if (!error.equals(reported.get(file))) {
                LOG.warn("Text file {} is left out: {}", file, error);
            }
        });
        reported.keySet().stream()
                .filter(file -> !errors.containsKey(file))
                .forEach(file -> LOG.info("Text file {} is exported again, or gone", file));
        reported = Map.copyOf(errors);
    }
}
