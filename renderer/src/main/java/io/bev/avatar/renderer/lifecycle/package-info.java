/** Lifecycle states, frame loop and shutdown order of the renderer. */
@NullMarked
package io.bev.avatar.renderer.lifecycle;

import org.jspecify.annotations.NullMarked;
