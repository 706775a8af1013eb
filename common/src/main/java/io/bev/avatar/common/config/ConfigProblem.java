package io.bev.avatar.common.config;

import io.bev.avatar.common.text.SecretRedactor;

/**
 * One thing wrong with the configuration. Its text shows no password of an address.
 *
 * @param key dotted key, such as {@code renderer.port}
 * @param found the value as written
 * @param expected accepted values
 * @param origin where it came from: a file, or an environment variable's name
 */
public record ConfigProblem(String key, String found, String expected, String origin) {

    @Override
    public String toString() {
        return key + ": found " + SecretRedactor.redact(found) + ", expected " + expected + " (" + origin + ")";
    }
}
