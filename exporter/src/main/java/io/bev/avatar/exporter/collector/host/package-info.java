/**
 * Collector {@code host}: host metrics with the names, types and labels of node_exporter. Each group separates file
 * access from a pure parser; the paths of procfs and sysfs are configurable.
 */
@NullMarked
package io.bev.avatar.exporter.collector.host;

import org.jspecify.annotations.NullMarked;
