/** Section {@code stack}: the services around renderer and exporter. */
@NullMarked
package io.bev.avatar.common.stack;

import org.jspecify.annotations.NullMarked;
