/** The frame loop: paces, poses, renders and publishes frames on the render thread. */
@NullMarked
package io.bev.avatar.renderer.frame;

import org.jspecify.annotations.NullMarked;
