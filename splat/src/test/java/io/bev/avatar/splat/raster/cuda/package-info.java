@NullMarked
package io.bev.avatar.splat.raster.cuda;

import org.jspecify.annotations.NullMarked;
