package io.bev.avatar.exporter.collector.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Access to files of procfs and sysfs.
 *
 * @param proc path of procfs, usually {@code /proc}
 * @param sys path of sysfs, usually {@code /sys}
 */
record HostFiles(Path proc, Path sys) {

    private static final int BUFFER_BYTES = 8192;

    /** Content of a file under {@code /proc} that every kernel has. */
    String proc(String path) throws IOException {
        return read(proc.resolve(path));
    }

    /** Content of a file under {@code /proc} that some kernels lack. */
    Optional<String> optionalProc(String path) throws IOException {
        return optional(proc.resolve(path));
    }

    /** Content of a file; empty when the file does not exist. */
    static Optional<String> optional(Path file) throws IOException {
        try {
            return Optional.of(read(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads in large chunks: some sysctl files return their content only in the first read, truncated to its size.
     */
    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] text = new byte[BUFFER_BYTES];
            int length = 0;
            for (int got = in.read(text); got > 0; got = in.read(text, length, text.length - length)) {
                length += got;
                if (length == text.length) {
                    text = Arrays.copyOf(text, text.length * 2);
                }
            }
            return new String(text, 0, length, StandardCharsets.UTF_8);
        }
    }

    /** Entries of a directory sorted by name; empty when the directory does not exist. */
    static List<Path> entries(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(found::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        Collections.sort(found);
        return found;
    }
}
