/** The CPU rasterisers: the readable reference and the fast one. */
@NullMarked
package io.bev.avatar.splat.raster.cpu;

import org.jspecify.annotations.NullMarked;
