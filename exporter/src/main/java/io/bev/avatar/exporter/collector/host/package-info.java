/**
 * The host's readings under node_exporter's names, types and labels. Each reading is a thin read beside a pure parser; the
 * roots of {@code /proc} and {@code /sys} are configurable.
 */
@NullMarked
package io.bev.avatar.exporter.collector.host;

import org.jspecify.annotations.NullMarked;
