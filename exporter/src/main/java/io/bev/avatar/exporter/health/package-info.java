/** Health of the avatar: collected metrics evaluated with the thresholds of the alerts. */
@NullMarked
package io.bev.avatar.exporter.health;

import org.jspecify.annotations.NullMarked;
