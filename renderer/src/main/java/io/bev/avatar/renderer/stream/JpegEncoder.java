package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;

/**
 * Turns pictures into baseline JPEG with 4:2:0 chroma. One thread at a time; its buffers are reused, and grow when a larger
 * picture comes.
 */
public interface JpegEncoder extends AutoCloseable {

    /**
     * Encodes a picture.
     *
     * @return the JPEG between position and limit; the encoder's own buffer, overwritten by the next call
     * @throws IllegalStateException when the codec fails or is closed
     */
    ByteBuffer encode(Framebuffer picture);

    /** Which codec it is, for logs: a library's file name or {@code ImageIO}. */
    String name();

    @Override
    void close();
}
