/** Collectors: one per source, one file per concept. */
@NullMarked
package io.bev.avatar.exporter.collector;

import org.jspecify.annotations.NullMarked;
