package io.bev.avatar.exporter.collector.gpu;

/** Polling tier of a metric group. Driver calls compete with rendering for the same driver lock. */
enum Tier {
    /**
     * Values that alerts depend on: read in every scrape, slightly less often when calls are slow; independent of late
     * frames.
     */
    ALARM,
    /** Read in every scrape, less often when calls are slow or frames are late. */
    FAST,
    /** Read when older than {@link GpuSettings#slowAge}. */
    SLOW,
    /** Read once per session: cannot change while the driver stays loaded. */
    STATIC
}
