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
 * Where the kernel's files are.
 *
 * @param proc usually {@code /proc}
 * @param sys usually {@code /sys}
 */
record HostFiles(Path proc, Path sys) {

    private static final int PIECE_BYTES = 8192;

    /** The text of a file under {@code /proc} that every kernel has. */
    String proc(String path) throws IOException {
        return read(proc.resolve(path));
    }

    /** The text of a file under {@code /proc} that some kernels lack. */
    Optional<String> optionalProc(String path) throws IOException {
        return optional(proc.resolve(path));
    }

    /** The text of a file, empty where it is not there. */
    static Optional<String> optional(Path file) throws IOException {
        try {
            return Optional.of(read(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads in large pieces: some sysctl files give all of themselves in the first read, whatever its size, and nothing after.
     */
    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] text = new byte[PIECE_BYTES];
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

    /** The entries of a folder in the order of their names; none where it is not there. */
    static List<Path> entries(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(found::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        Collections.sort(found);
        return found;
    }
}
