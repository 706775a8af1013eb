/** Terminal output of results. */
@NullMarked
package io.bev.avatar.exporter.terminal;

import org.jspecify.annotations.NullMarked;
