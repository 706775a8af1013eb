/** From blendshape weights and joints to posed Gaussians; from state to blendshape weights. */
@NullMarked
package io.bev.avatar.splat.pose;

import org.jspecify.annotations.NullMarked;
