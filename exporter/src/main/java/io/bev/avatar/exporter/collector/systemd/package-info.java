/** Collector {@code service}: systemd units over D-Bus. */
@NullMarked
package io.bev.avatar.exporter.collector.systemd;

import org.jspecify.annotations.NullMarked;
