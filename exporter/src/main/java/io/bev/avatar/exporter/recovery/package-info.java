/** Automatic recovery: from an alert with a recovery action to a call of the renderer's control operations. */
@NullMarked
package io.bev.avatar.exporter.recovery;

import org.jspecify.annotations.NullMarked;
