/** Benchmark results and the description of the machine. */
@NullMarked
package io.bev.avatar.common.bench;

import org.jspecify.annotations.NullMarked;
