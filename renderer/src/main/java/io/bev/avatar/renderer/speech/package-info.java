/** Speech: text to sound and mouth shapes on the clock of the frames. Loaded only if {@code renderer.speech.enabled}. */
@NullMarked
package io.bev.avatar.renderer.speech;

import org.jspecify.annotations.NullMarked;
