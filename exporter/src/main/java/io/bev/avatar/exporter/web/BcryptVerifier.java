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
 * Checks passwords against bcrypt hashes and remembers the answers, since one bcrypt takes tens of milliseconds of a processor
 * and a scrape comes every few seconds. What it remembers is a keyed digest under a key of this process, not the password. Right
 * answers and wrong ones are remembered apart, so that guessing cannot push out those who may enter.
 */
final class BcryptVerifier {

    private static final int REMEMBERED = 100;
    private static final String MAC = "HmacSHA256";

    private final SecretKeySpec key;
    private final Map<ByteBuffer, Boolean> right = newestOnly();
    private final Map<ByteBuffer, Boolean> wrong = newestOnly();

    BcryptVerifier() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        key = new SecretKeySpec(secret, MAC);
    }

    private static Map<ByteBuffer, Boolean> newestOnly() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    /** What is remembered of this pair; empty when it has to be computed. */
    Optional<Boolean> recall(String password, String hash) {
        ByteBuffer digest = digest(password, hash);
        synchronized (this) {
            if (right.get(digest) != null) {
                return Optional.of(true);
            }
            return wrong.get(digest) != null ? Optional.of(false) : Optional.empty();
        }
    }

    /** Computes, which takes long on purpose, and remembers. */
    boolean verify(String password, String hash) {
        boolean matches = BCrypt.verifyer()
                .verify(password.getBytes(StandardCharsets.UTF_8), hash.getBytes(StandardCharsets.US_ASCII))
                .verified;
        ByteBuffer digest = digest(password, hash);
        synchronized (this) {
            (matches ? right : wrong).put(digest, true);
        }
        return matches;
    }

    private ByteBuffer digest(String password, String hash) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            // The hash has one length, so no two pairs give the same text.
            mac.update(hash.getBytes(StandardCharsets.US_ASCII));
            return ByteBuffer.wrap(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }
}
