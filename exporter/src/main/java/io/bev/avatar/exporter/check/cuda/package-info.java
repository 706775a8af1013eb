/** Tries CUDA as the renderer would use it: a context, a kernel, its result. */
@NullMarked
package io.bev.avatar.exporter.check.cuda;

import org.jspecify.annotations.NullMarked;
