/** Gaussian clouds and avatars: the readers of their file formats and the built-in one. */
@NullMarked
package io.bev.avatar.renderer.scene;

import org.jspecify.annotations.NullMarked;
