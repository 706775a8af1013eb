package io.bev.avatar.exporter.collector;

/** One value of a series. */
public record Sample(Series series, double value) {

    /** Name of the sample, such as {@code FAMILY_bucket}. */
    public String name() {
        return series.name();
    }

    /** Value of a label; empty if the series has no such label. */
    public String label(String name) {
        return series.label(name);
    }
}
