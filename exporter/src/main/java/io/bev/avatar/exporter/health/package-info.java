/** How the avatar fares now: readings of the collectors, judged by the thresholds that the alerts use. */
@NullMarked
package io.bev.avatar.exporter.health;

import org.jspecify.annotations.NullMarked;
