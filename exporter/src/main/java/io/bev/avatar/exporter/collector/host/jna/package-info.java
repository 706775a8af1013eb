/** Native calls of the host collector: bindings only, no logic. */
@NullMarked
package io.bev.avatar.exporter.collector.host.jna;

import org.jspecify.annotations.NullMarked;
