/** Expression of the avatar: from its state and time to blendshape weights and head pose. */
@NullMarked
package io.bev.avatar.renderer.expression;

import org.jspecify.annotations.NullMarked;
