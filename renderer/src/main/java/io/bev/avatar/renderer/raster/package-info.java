/** Projection and rasterisation of posed Gaussians. */
@NullMarked
package io.bev.avatar.renderer.raster;

import org.jspecify.annotations.NullMarked;
