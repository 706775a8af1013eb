/**
 * The blending kernel in the incubating Vector API of Java 17; loaded by name, so that no other code needs that module.
 */
@NullMarked
package io.bev.avatar.splat.raster.cpu.vector;

import org.jspecify.annotations.NullMarked;
