/** Benchmarks that run the programs as processes, beside their peers where there are some. */
@NullMarked
package io.bev.avatar.launcher.bench;

import org.jspecify.annotations.NullMarked;
