/** Ends what an earlier run of the renderer's unit left on a GPU. */
@NullMarked
package io.bev.avatar.exporter.gpucleanup;

import org.jspecify.annotations.NullMarked;
