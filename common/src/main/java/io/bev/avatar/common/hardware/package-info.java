/** Hardware facts through OSHI. */
@NullMarked
package io.bev.avatar.common.hardware;

import org.jspecify.annotations.NullMarked;
