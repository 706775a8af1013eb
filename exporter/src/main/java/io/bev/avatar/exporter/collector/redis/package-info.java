/** Redis: metrics with the names, types and labels of redis_exporter, and the exporter's connections to Redis. */
@NullMarked
package io.bev.avatar.exporter.collector.redis;

import org.jspecify.annotations.NullMarked;
