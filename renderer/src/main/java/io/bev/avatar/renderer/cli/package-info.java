/** Commands beside the service itself: one picture to a file, and benchmarks. */
@NullMarked
package io.bev.avatar.renderer.cli;

import org.jspecify.annotations.NullMarked;
