/** How this process stands among the others of the machine. */
@NullMarked
package io.bev.avatar.common.process;

import org.jspecify.annotations.NullMarked;
