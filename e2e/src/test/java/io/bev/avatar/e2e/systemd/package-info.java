/** Installation and operation on a real systemd. */
@NullMarked
package io.bev.avatar.e2e.systemd;

import org.jspecify.annotations.NullMarked;
