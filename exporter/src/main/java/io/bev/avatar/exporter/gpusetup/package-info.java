/** Sets GPUs up for speed, as root, and takes it back. */
@NullMarked
package io.bev.avatar.exporter.gpusetup;

import org.jspecify.annotations.NullMarked;
