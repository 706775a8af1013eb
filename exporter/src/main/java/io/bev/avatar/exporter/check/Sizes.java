package io.bev.avatar.exporter.check;

import java.util.Locale;

/** Formats sizes in GB of 10^9 bytes, as in the configuration. */
final class Sizes {

    static final double GB = 1e9;

    private Sizes() {}

    /** Such as {@code 21.8 GB}. */
    static String gb(double bytes) {
        return String.format(Locale.ROOT, "%.1f GB", Math.floor(bytes / GB * 10) / 10);
    }
}
