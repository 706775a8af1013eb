/** Collector endpoint: the renderer's health answer. */
@NullMarked
package io.bev.avatar.exporter.collector.endpoint;

import org.jspecify.annotations.NullMarked;
