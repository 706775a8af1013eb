/** Probes CUDA as the renderer uses it: context, kernel launch, result. */
@NullMarked
package io.bev.avatar.exporter.check.cuda;

import org.jspecify.annotations.NullMarked;
