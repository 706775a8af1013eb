package io.bev.avatar.common.io;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads small files. One that is larger than expected, or a device or pipe without an end, is an error rather than out of
 * memory or a thread that waits for ever. An absent file is a {@link java.nio.file.NoSuchFileException}, as with
 * {@link Files}.
 */
public final class BoundedFiles {

    /** Limit of a file unless another is given. */
    public static final int MAX_BYTES = 1 << 20;

    private BoundedFiles() {}

    /**
     * The content of {@code file} as UTF-8.
     *
     * @throws java.nio.charset.CharacterCodingException if it contains other bytes
     * @throws IOException if it cannot be read, is not a regular file, or has more than {@link #MAX_BYTES}
     */
    public static String readString(Path file) throws IOException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(readBytes(file)))
                .toString();
    }

    /** The lines of {@code file} as ISO 8859-1, of at most {@code maxBytes}; for files of the kernel. */
    public static List<String> readLines(Path file, int maxBytes) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new ByteArrayInputStream(readBytes(file, maxBytes)), StandardCharsets.ISO_8859_1))) {
            return reader.lines().toList();
        }
    }

    /** The content of {@code file}, limited as in {@link #readString}. */
    public static byte[] readBytes(Path file) throws IOException {
        return readBytes(file, MAX_BYTES);
    }

    /**
     * The content of {@code file}.
     *
     * @throws IOException if it cannot be read, is not a regular file, or has more than {@code maxBytes}
     */
    public static byte[] readBytes(Path file, int maxBytes) throws IOException {
        // The type comes first: opening a pipe waits for its other end.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": found a "
                    + (Files.isDirectory(file) ? "directory" : "pipe, socket or device") + ", expected a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException(file + ": larger than " + maxBytes + " bytes; check that it is the right file");
            }
            return bytes;
        }
    }
}
