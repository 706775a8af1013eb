/** Benchmarks that run whole processes: beside their peers, with faults, for many hosts. */
@NullMarked
package io.bev.avatar.bench;

import org.jspecify.annotations.NullMarked;
