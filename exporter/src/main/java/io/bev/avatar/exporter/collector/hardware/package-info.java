/** Collector of hardware facts. */
@NullMarked
package io.bev.avatar.exporter.collector.hardware;

import org.jspecify.annotations.NullMarked;
