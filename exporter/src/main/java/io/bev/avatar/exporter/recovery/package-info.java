/** What the exporter mends by itself: from an alert that names an action to a call of the renderer's control operations. */
@NullMarked
package io.bev.avatar.exporter.recovery;

import org.jspecify.annotations.NullMarked;
