/** The launcher's entry point and wiring. */
@NullMarked
package io.bev.avatar.launcher;

import org.jspecify.annotations.NullMarked;
