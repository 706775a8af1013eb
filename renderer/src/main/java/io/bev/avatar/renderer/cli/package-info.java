/** Commands other than the service itself: rendering one image to a file, and benchmarks. */
@NullMarked
package io.bev.avatar.renderer.cli;

import org.jspecify.annotations.NullMarked;
