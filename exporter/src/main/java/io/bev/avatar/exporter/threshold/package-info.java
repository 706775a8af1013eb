/** The fleet's thresholds, read from the rules that Prometheus loads, and a host's own over them. */
@NullMarked
package io.bev.avatar.exporter.threshold;

import org.jspecify.annotations.NullMarked;
