/** systemd over D-Bus, and its watchdog. */
@NullMarked
package io.bev.avatar.exporter.systemd;

import org.jspecify.annotations.NullMarked;
