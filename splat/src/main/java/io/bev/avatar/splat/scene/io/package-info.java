/** Readers and writers of avatar files. */
@NullMarked
package io.bev.avatar.splat.scene.io;

import org.jspecify.annotations.NullMarked;
