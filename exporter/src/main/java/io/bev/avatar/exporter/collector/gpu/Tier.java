package io.bev.avatar.exporter.collector.gpu;

/** How often a reading is worth its cost to the driver, which serves rendering under the same lock. */
enum Tier {
    /** What alerts wait for: read in every scrape, and hardly older when its calls are slow; late frames change nothing. */
    ALARM,
    /** Read in every scrape, unless its calls are slow or frames are late. */
    FAST,
    /** Read again once it is as old as the settings allow. */
    SLOW,
    /** Read once in a session: it cannot change while the driver stays loaded. */
    STATIC
}
