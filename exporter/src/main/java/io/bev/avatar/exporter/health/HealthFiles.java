package io.bev.avatar.exporter.health;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files with the last results: {@code summary.json} and one per check. Each is replaced atomically.
 */
public final class HealthFiles {

    private static final String SUMMARY = "summary";

    private final Path directory;

    /** @param directory created if missing */
    public HealthFiles(Path directory) {
        this.directory = directory;
    }

    /** Path of the complete report. */
    public Path summary() {
        return file(SUMMARY);
    }

    /** @throws IOException if a file cannot be written; the message names the directory and the remedy */
    public void write(HealthReport report) throws IOException {
        try {
            for (HealthResult result : report.results()) {
                replace(file(result.name()), HealthJson.write(report, result));
            }
            replace(summary(), HealthJson.write(report));
        } catch (IOException e) {
            throw new IOException(
                    "cannot write results to " + directory + ": " + ErrorText.of(e) + "; make it writable or set"
                            + " exporter.health.directory",
                    e);
        }
    }

    /** The last report; empty if there is none. */
    public Optional<HealthReport> read() throws IOException {
        try {
            return Optional.of(HealthJson.read(BoundedFiles.readString(summary())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(summary() + ": " + e.getMessage() + "; run 'health once' to recreate it", e);
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ".json");
    }

    private void replace(Path file, String text) throws IOException {
        // Several commands may write at the same time.
        String name = "." + file.getFileName() + "." + ProcessHandle.current().pid();
        DurableFiles.replace(file, (text + "\n").getBytes(StandardCharsets.UTF_8), directory.resolve(name));
    }
}
