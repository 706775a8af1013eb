/** The native calls of the host collector: raw numbers, no decisions. */
@NullMarked
package io.bev.avatar.exporter.collector.host.jna;

import org.jspecify.annotations.NullMarked;
