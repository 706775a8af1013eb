package io.bev.avatar.renderer.bench;

import io.bev.avatar.splat.raster.Framebuffer;

/** The stream's encoder, as far as a benchmark is concerned. One thread at a time. */
@FunctionalInterface
public interface PictureEncoder {

    /** Encodes a picture and answers how many bytes it takes. */
    int encode(Framebuffer picture);

    /** Which codec it is, such as a library's file name. */
    default String name() {
        return getClass().getSimpleName();
    }
}
