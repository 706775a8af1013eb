package io.bev.avatar.common.config;

/**
 * Effective value of one configuration key.
 *
 * @param key dotted key, such as {@code renderer.port}
 * @param value effective value as text: a scalar, a list or a structure in YAML's flow style; empty for an absent value
 * @param fallback the built-in default, in the same form
 * @param origin {@link #DEFAULT}, {@code file:line}, or the name of an environment variable
 */
public record ConfigEntry(String key, String value, String fallback, String origin) {

    /** Origin of a built-in default. */
    public static final String DEFAULT = "default";

    /** Whether file or environment set the key. */
    public boolean isSet() {
        return !origin.equals(DEFAULT);
    }
}
