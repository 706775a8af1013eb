package io.bev.avatar.renderer.bench;

import io.bev.avatar.splat.raster.Framebuffer;

/** The stream's encoder as a benchmark uses it. Not thread-safe. */
@FunctionalInterface
public interface PictureEncoder {

    /** Encodes a frame and returns its size in bytes. */
    int encode(Framebuffer image);

    /** Name of the codec, such as a library's file name. */
    default String name() {
        return getClass().getSimpleName();
    }
}
