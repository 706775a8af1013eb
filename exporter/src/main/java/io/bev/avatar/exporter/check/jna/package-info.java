/** Asks the dynamic linker for libraries. */
@NullMarked
package io.bev.avatar.exporter.check.jna;

import org.jspecify.annotations.NullMarked;
