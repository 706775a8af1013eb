/** Command line of the benchmarks. */
@NullMarked
package io.bev.avatar.bench.cli;

import org.jspecify.annotations.NullMarked;
