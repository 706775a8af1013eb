/** Time as an injected dependency. */
@NullMarked
package io.bev.avatar.common.time;

import org.jspecify.annotations.NullMarked;
