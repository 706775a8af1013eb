/** Tests whether the dynamic linker can load a library. */
@NullMarked
package io.bev.avatar.exporter.check.jna;

import org.jspecify.annotations.NullMarked;
