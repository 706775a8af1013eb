package io.bev.avatar.bench;

import java.util.Comparator;

/**
 * Name and severity of an alert.
 *
 * @param name alert name with the prefix {@code Avatar}
 * @param severity critical, warning or info
 */
public record AlertKey(String name, String severity) implements Comparable<AlertKey> {

    private static final Comparator<AlertKey> ORDER =
            Comparator.comparing(AlertKey::name).thenComparing(AlertKey::severity);

    @Override
    public int compareTo(AlertKey other) {
        return ORDER.compare(this, other);
    }

    /** {@code GpuMemoryHigh (critical)}. */
    @Override
    public String toString() {
        return name.replaceFirst("^Avatar", "") + " (" + severity + ")";
    }
}
