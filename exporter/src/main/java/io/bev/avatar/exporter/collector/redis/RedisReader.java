package io.bev.avatar.exporter.collector.redis;

import java.io.IOException;

/** Reads Redis: the thin half of the collector. */
@FunctionalInterface
interface RedisReader {

    /** @throws IOException when Redis is away, late, or refuses */
    RedisSnapshot read() throws IOException, InterruptedException;
}
