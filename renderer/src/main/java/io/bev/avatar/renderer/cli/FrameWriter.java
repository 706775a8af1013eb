package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.raster.Framebuffer;
import java.io.IOException;

/** Receives the images of a sequence. */
interface FrameWriter extends AutoCloseable {

    void write(Framebuffer image) throws IOException;

    /** Completes the output after the last image. */
    void finish() throws IOException;

    /** Releases what is open; an unfinished file is deleted. */
    @Override
    void close();
}
