@NullMarked
package io.bev.avatar.renderer.raster.cuda;

import org.jspecify.annotations.NullMarked;
