/**
 * Durable alert queue: turns Alertmanager notifications into events that are durable in Redis or, while Redis is unreachable,
 * on disk.
 */
@NullMarked
package io.bev.avatar.exporter.alert;

import org.jspecify.annotations.NullMarked;
