/** Results as lines for a person at a terminal. */
@NullMarked
package io.bev.avatar.exporter.terminal;

import org.jspecify.annotations.NullMarked;
