/** Redis: the readings under redis_exporter's names, types and labels, and the link that the exporter talks to it through. */
@NullMarked
package io.bev.avatar.exporter.collector.redis;

import org.jspecify.annotations.NullMarked;
