/** Runs renderer and exporter in a sandbox, for class archives, benchmarks and soak tests. */
@NullMarked
package io.bev.avatar.cds;

import org.jspecify.annotations.NullMarked;
