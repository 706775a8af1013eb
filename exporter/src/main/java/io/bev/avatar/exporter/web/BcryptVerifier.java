package io.bev.avatar.exporter.web;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies passwords against bcrypt hashes and caches the results, since one bcrypt takes tens of milliseconds of CPU
 * and scrapes come every few seconds. The cache holds keyed digests (HMAC with a key of this process), not passwords.
 * Correct and wrong passwords have separate caches, so that guessing cannot evict valid users.
 */
final class BcryptVerifier {

    private static final int CACHE_SIZE = 100;
    private static final String MAC = "HmacSHA256";

    private final SecretKeySpec key;
    private final Map<ByteBuffer, Boolean> accepted = lruCache();
    private final Map<ByteBuffer, Boolean> rejected = lruCache();

    BcryptVerifier() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        key = new SecretKeySpec(secret, MAC);
    }

    private static Map<ByteBuffer, Boolean> lruCache() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
                return size() > CACHE_SIZE;
            }
        };
    }

    /** Cached result; empty if it has to be computed. */
    Optional<Boolean> cached(String password, String hash) {
        ByteBuffer digest = digest(password, hash);
        synchronized (this) {
            if (accepted.get(digest) != null) {
                return Optional.of(true);
            }
            return rejected.get(digest) != null ? Optional.of(false) : Optional.empty();
        }
    }

    /** Computes the result, which is slow by design, and caches it. */
    boolean verify(String password, String hash) {
        boolean matches = BCrypt.verifyer()
                .verify(password.getBytes(StandardCharsets.UTF_8), hash.getBytes(StandardCharsets.US_ASCII))
                .verified;
        ByteBuffer digest = digest(password, hash);
        synchronized (this) {
            (matches ? accepted : rejected).put(digest, true);
        }
        return matches;
    }

    private ByteBuffer digest(String password, String hash) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            // The hash has a fixed length, so that concatenations of different pairs differ.
            mac.update(hash.getBytes(StandardCharsets.US_ASCII));
            return ByteBuffer.wrap(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime provides " + MAC, e);
        }
    }
}
