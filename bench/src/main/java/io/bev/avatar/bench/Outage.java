package io.bev.avatar.bench;

/** A source that fails, and the collector that detects it. */
enum Outage {
    GPU_LOST("gpu", 5),
    REDIS_STALLS("redis", 2),
    REDIS_DIES("redis", 5),
    RENDERER_STALLS("renderer", 2),
    RENDERER_DIES("renderer", 5);

    private final String collector;
    private final int scrapes;

    Outage(String collector, int scrapes) {
        this.collector = collector;
        this.scrapes = scrapes;
    }

    String collector() {
        return collector;
    }

    /** Number of scrapes during the outage; few if each one runs into a timeout. */
    int scrapes() {
        return scrapes;
    }
}
