/** Recent events and frame rates of the renderer, kept in memory and in a bounded file. */
@NullMarked
package io.bev.avatar.renderer.timeline;

import org.jspecify.annotations.NullMarked;
