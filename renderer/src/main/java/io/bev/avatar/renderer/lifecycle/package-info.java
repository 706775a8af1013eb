/** The renderer's states, its frame loop and the order of its shutdown. */
@NullMarked
package io.bev.avatar.renderer.lifecycle;

import org.jspecify.annotations.NullMarked;
