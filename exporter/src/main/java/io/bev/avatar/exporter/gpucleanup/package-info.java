/** Terminates leftover processes of earlier renderer runs on the GPU. */
@NullMarked
package io.bev.avatar.exporter.gpucleanup;

import org.jspecify.annotations.NullMarked;
