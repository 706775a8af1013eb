/** Benchmarks that need the whole stack: how soon faults are detected, and how many hosts one Prometheus carries. */
@NullMarked
package io.bev.avatar.launcher.bench;

import org.jspecify.annotations.NullMarked;
