package io.bev.avatar.common.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small files: one that is larger than expected, or a device without an end, is an error rather than out of memory. */
public final class BoundedFiles {

    /** Limit of a file. */
    public static final int MAX_BYTES = 1 << 20;

    private BoundedFiles() {}

    /**
     * The content of {@code file} as UTF-8.
     *
     * @throws java.nio.charset.CharacterCodingException if it contains other bytes
     * @throws IOException if it cannot be read or has more than {@link #MAX_BYTES}
     */
    public static String readString(Path file) throws IOException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(readBytes(file)))
                .toString();
    }

    /** The content of {@code file}, limited as in {@link #readString}. */
    public static byte[] readBytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + ": larger than " + MAX_BYTES + " bytes");
            }
            return bytes;
        }
    }
}
