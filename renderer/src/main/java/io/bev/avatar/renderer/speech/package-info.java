/** Speech: text to sound and mouth shapes on the clock of the frames. */
@NullMarked
package io.bev.avatar.renderer.speech;

import org.jspecify.annotations.NullMarked;
