package io.bev.avatar.exporter.collector.redis;

import java.io.IOException;

/** Reads Redis: the I/O part of the collector. */
@FunctionalInterface
interface RedisReader {

    /** @throws IOException when Redis is unreachable, late, or replies with an error */
    RedisSnapshot read() throws IOException, InterruptedException;
}
