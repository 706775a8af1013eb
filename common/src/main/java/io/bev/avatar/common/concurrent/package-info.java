/** Named daemon threads and periodic tasks on them. */
@NullMarked
package io.bev.avatar.common.concurrent;

import org.jspecify.annotations.NullMarked;
