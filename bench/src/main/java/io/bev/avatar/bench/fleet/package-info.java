/** How many hosts one Prometheus carries: simulated hosts, and what is measured on the Prometheus that reads them. */
@NullMarked
package io.bev.avatar.bench.fleet;

import org.jspecify.annotations.NullMarked;
