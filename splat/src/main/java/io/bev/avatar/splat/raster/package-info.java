/** Projection and rasterisation of posed Gaussians. */
@NullMarked
package io.bev.avatar.splat.raster;

import org.jspecify.annotations.NullMarked;
