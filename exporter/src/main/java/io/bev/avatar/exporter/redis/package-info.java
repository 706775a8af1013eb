/** Connections to Redis, shared by collectors, alerts, recovery, checks and health. */
@NullMarked
package io.bev.avatar.exporter.redis;

import org.jspecify.annotations.NullMarked;
