package io.bev.avatar.exporter.health;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The last results as files: {@code summary.json} and one a check. Each is replaced whole, so that a reader sees the old or
 * the new one, never a part.
 */
public final class HealthFiles {

    private static final String SUMMARY = "summary";

    private final Path directory;

    /** @param directory made when it is not there */
    public HealthFiles(Path directory) {
        this.directory = directory;
    }

    /** Where the whole report is. */
    public Path summary() {
        return file(SUMMARY);
    }

    /** @throws IOException when a file cannot be written; the message says which and what to do */
    public void write(HealthReport report) throws IOException {
        try {
            Files.createDirectories(directory);
            for (HealthResult result : report.results()) {
                replace(file(result.check()), HealthJson.write(report, result));
            }
            replace(summary(), HealthJson.write(report));
        } catch (IOException e) {
            throw new IOException(
                    "the results cannot be written to " + directory + ": " + e
                            + "; make it writable or set exporter.health.directory",
                    e);
        }
    }

    /** The last report, empty where there is none yet. */
    public Optional<HealthReport> read() throws IOException {
        try {
            return Optional.of(HealthJson.read(Files.readString(summary())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(summary() + ": " + e.getMessage() + "; run 'health once' to write it anew", e);
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ".json");
    }

    private void replace(Path file, String text) throws IOException {
        Path fresh = directory.resolve(
                "." + file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.writeString(fresh, text + "\n", StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            boolean unused = Files.deleteIfExists(fresh);
        }
    }
}
