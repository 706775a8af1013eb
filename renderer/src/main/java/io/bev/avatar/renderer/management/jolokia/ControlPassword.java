package io.bev.avatar.renderer.management.jolokia;

import io.bev.avatar.common.http.PasswordThrottle;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Password of user {@value #USER} for control operations and protected updates; without one they are disabled. */
public final class ControlPassword {

    /** The only user. */
    public static final String USER = "avatar";

    private static final Logger LOG = LoggerFactory.getLogger(ControlPassword.class);

    private final Optional<byte[]> digest;
    private final PasswordThrottle throttle = new PasswordThrottle("control password", Ticker.system());

    private ControlPassword(Optional<byte[]> digest) {
        this.digest = digest;
    }

    /** No password: control operations are disabled. */
    public static ControlPassword none() {
        return new ControlPassword(Optional.empty());
    }

    public static ControlPassword of(String password) {
        return new ControlPassword(Optional.of(sha256(password)));
    }

    /**
     * Reads the first line of {@code file}.
     *
     * @throws IOException when it cannot be read or is empty; the message names the remedy
     */
    public static ControlPassword read(Path file) throws IOException {
        String password;
        try {
            password =
                    BoundedFiles.readString(file).lines().findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new IOException(
                    "control password file " + file + " cannot be read (" + e
                            + "): write a password to it or remove renderer.control-password-file",
                    e);
        }
        if (password.isEmpty()) {
            throw new IOException("control password file " + file
                    + " is empty: write a password to its first line or remove renderer.control-password-file");
        }
        warnIfWorldReadable(file);
        return of(password);
    }

    private static void warnIfWorldReadable(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Set.of();
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (UnsupportedOperationException e) {
            LOG.debug("the file system of {} has no POSIX permissions", file, e);
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            LOG.warn("control password file {} is world-readable; run: chmod 600 {}", file, file);
        }
    }

    /** Whether control operations are enabled. */
    public boolean present() {
        return digest.isPresent();
    }

    /** Whether user and password are correct. */
    public boolean matches(@Nullable String user, @Nullable String password) {
        return digest.isPresent()
                && USER.equals(user)
                && password != null
                && MessageDigest.isEqual(digest.get(), sha256(password));
    }

    /**
     * Verifies the {@code Authorization} header of an HTTP request. Attempts that follow many wrong passwords are rejected
     * unchecked.
     *
     * @param operations what the request does, for the message, for example {@code control operations}
     * @param required whether the request needs the password; otherwise only a header that is present is verified
     * @param client address of the client
     * @return 401, 403 without a configured password, or 429; empty if the request is allowed
     */
    public Optional<Rejection> check(@Nullable String header, String operations, boolean required, String client) {
        if (!present()) {
            return required
                    ? Optional.of(new Rejection(
                            403,
                            operations + " are disabled: set renderer.control-password-file to a password file and"
                                    + " restart"))
                    : Optional.empty();
        }
        if (header != null && !throttle.permits(client)) {
            return Optional.of(new Rejection(429, "too many wrong passwords: wait a second"));
        }
        if (header == null ? !required : matchesHeader(header)) {
            return Optional.empty();
        }
        if (header != null) {
            throttle.failed(client);
        }
        return Optional.of(new Rejection(401, operations + " require user " + USER + " and the control password"));
    }

    /** Whether attempts of a client may be checked now, or come too fast after wrong ones. */
    boolean permits(String client) {
        return throttle.permits(client);
    }

    /** Records a wrong password of a client. */
    void failed(String client) {
        throttle.failed(client);
    }

    /** Whether an {@code Authorization} header is correct. */
    private boolean matchesHeader(String header) {
        if (!header.toLowerCase(Locale.ROOT).startsWith("basic ")) {
            return false;
        }
        try {
            String pair =
                    new String(Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon >= 0 && matches(pair.substring(0, colon), pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Digests have equal lengths, so that the comparison time reveals nothing about the password. */
    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required on every Java platform", e);
        }
    }
}
