/** The renderer's entry point and wiring. */
@NullMarked
package io.bev.avatar.renderer;

import org.jspecify.annotations.NullMarked;
