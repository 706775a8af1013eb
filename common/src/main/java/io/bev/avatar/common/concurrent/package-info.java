/** Periodic tasks on daemon threads. */
@NullMarked
package io.bev.avatar.common.concurrent;

import org.jspecify.annotations.NullMarked;
