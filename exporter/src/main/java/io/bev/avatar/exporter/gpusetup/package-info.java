/** Applies and restores GPU performance settings; requires root. */
@NullMarked
package io.bev.avatar.exporter.gpusetup;

import org.jspecify.annotations.NullMarked;
