/** Configuration records of the renderer. */
@NullMarked
package io.bev.avatar.renderer.config;

import org.jspecify.annotations.NullMarked;
