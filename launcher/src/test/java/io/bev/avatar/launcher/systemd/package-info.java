/** Installation and life on a real systemd. */
@NullMarked
package io.bev.avatar.launcher.systemd;

import org.jspecify.annotations.NullMarked;
