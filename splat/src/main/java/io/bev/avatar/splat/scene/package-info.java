/** Gaussian clouds and avatars: the readers of their file formats and the built-in one. */
@NullMarked
package io.bev.avatar.splat.scene;

import org.jspecify.annotations.NullMarked;
