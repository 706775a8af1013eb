/** The ways to Redis that renderer and exporter share: TCP, TLS, a Unix socket, Sentinel, a Cluster's nodes. */
@NullMarked
package io.bev.avatar.common.redis;

import org.jspecify.annotations.NullMarked;
