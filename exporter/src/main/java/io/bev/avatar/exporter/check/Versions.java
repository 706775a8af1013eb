package io.bev.avatar.exporter.check;

/** Compares dotted version numbers. */
final class Versions {

    private Versions() {}

    /** Whether {@code found} is {@code min} or newer. A missing or non-numeric part counts as 0. */
    static boolean atLeast(String found, String min) {
        String[] a = found.split("\\.", -1);
        String[] b = min.split("\\.", -1);
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            long difference = part(a, i) - part(b, i);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return true;
    }

    private static long part(String[] parts, int index) {
        if (index >= parts.length) {
            return 0;
        }
        String digits = parts[index].replaceFirst("\\D.*$", "");
        return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
    }
}
