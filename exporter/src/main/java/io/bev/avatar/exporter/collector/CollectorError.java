package io.bev.avatar.exporter.collector;

/**
 * Cause of a failed collection.
 *
 * @param problem what failed, in one line
 * @param remedy suggested remedy; empty if none is known or {@code problem} contains it
 */
public record CollectorError(String problem, String remedy) {

    static String oneLine(String text) {
        return text.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
    }

    /** Problem and remedy in one line. */
    public String text() {
        return remedy.isEmpty() ? problem : problem + "; " + remedy;
    }
}
