/** Talking to systemd: the notification protocol of {@code sd_notify(3)}. */
@NullMarked
package io.bev.avatar.common.systemd;

import org.jspecify.annotations.NullMarked;
