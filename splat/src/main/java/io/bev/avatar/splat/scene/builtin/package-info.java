/** The avatar that needs no asset: a head and shoulders generated from a few hundred numbers. */
@NullMarked
package io.bev.avatar.splat.scene.builtin;

import org.jspecify.annotations.NullMarked;
