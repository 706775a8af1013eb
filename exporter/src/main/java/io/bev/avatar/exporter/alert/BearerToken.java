package io.bev.avatar.exporter.alert;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Shared secret of the webhook, read from its file at each use so that it can be changed without a restart. */
final class BearerToken {

    private static final String SCHEME = "Bearer ";

    private final Path file;

    BearerToken(Path file) {
        this.file = file;
    }

    /**
     * Whether the header contains the token; compares in constant time.
     *
     * @throws IOException when the file cannot be read or is empty
     */
    boolean matches(@Nullable String authorization) throws IOException {
        String expected = BoundedFiles.readString(file).strip();
        if (expected.isEmpty()) {
            throw new IOException(file + " is empty: write the token to it");
        }
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        return MessageDigest.isEqual(
                digest(expected),
                digest(authorization.substring(SCHEME.length()).strip()));
    }

    /** Digests have equal lengths, so that timing does not reveal the token's length. */
    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime provides SHA-256", e);
        }
    }
}
