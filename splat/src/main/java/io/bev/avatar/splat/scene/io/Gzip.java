package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Gzip streams, whose checksum and length are verified at their end. */
final class Gzip {

    /** Above the maximum compression ratio of deflate. */
    static final long MAX_COMPRESSION = 1040;

    private Gzip() {}

    /** Reads a cloud from the decompressed data. */
    interface CloudReader {
        GaussianCloud read(InputStream in) throws IOException;
    }

    /** Decompresses {@code file}; damage becomes a message. */
    static GaussianCloud read(Reading reading, InputStream file, CloudReader reader) throws IOException {
        try {
            InputStream in = new BufferedInputStream(new GZIPInputStream(file, 1 << 16), 1 << 16);
            GaussianCloud cloud = reader.read(in);
            reading.requireEnd(in, Long.MAX_VALUE);
            return cloud;
        } catch (ZipException | EOFException e) {
            throw new AvatarFormatException(
                    reading.source(),
                    "an intact gzip stream",
                    String.valueOf(e.getMessage()),
                    "the file is damaged or truncated: copy or download it again",
                    e);
        }
    }

    /** The first bytes of the decompressed data; empty if it is damaged. */
    static byte[] start(ByteSource source, int count) throws IOException {
        try (InputStream in = new GZIPInputStream(source.open(0))) {
            return in.readNBytes(count);
        } catch (ZipException | EOFException e) {
            return new byte[0];
        }
    }
}
