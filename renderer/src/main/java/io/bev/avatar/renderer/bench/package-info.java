/** Benchmarks of the renderer and how they report. */
@NullMarked
package io.bev.avatar.renderer.bench;

import org.jspecify.annotations.NullMarked;
