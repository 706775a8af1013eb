/** NVIDIA devices through the CUDA driver; the only package that imports jcuda. */
@NullMarked
package io.bev.avatar.splat.raster.cuda;

import org.jspecify.annotations.NullMarked;
