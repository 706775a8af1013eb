/** Collectors of metrics, one per source, and the scrape that runs them. */
@NullMarked
package io.bev.avatar.exporter.collector;

import org.jspecify.annotations.NullMarked;
