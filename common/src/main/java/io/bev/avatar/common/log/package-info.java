/** Logging: set-up, format and destination. */
@NullMarked
package io.bev.avatar.common.log;

import org.jspecify.annotations.NullMarked;
