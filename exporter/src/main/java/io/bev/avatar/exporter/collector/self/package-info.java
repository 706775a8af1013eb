/** Metrics about the exporter itself. */
@NullMarked
package io.bev.avatar.exporter.collector.self;

import org.jspecify.annotations.NullMarked;
