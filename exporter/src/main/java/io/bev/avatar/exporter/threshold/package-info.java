/** Fleet thresholds, read from the rules that Prometheus loads, and overrides of this host. */
@NullMarked
package io.bev.avatar.exporter.threshold;

import org.jspecify.annotations.NullMarked;
