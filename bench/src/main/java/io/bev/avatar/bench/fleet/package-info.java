/** Fleet benchmark: one Prometheus that scrapes many simulated hosts. */
@NullMarked
package io.bev.avatar.bench.fleet;

import org.jspecify.annotations.NullMarked;
