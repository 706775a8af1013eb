package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;

/**
 * Encodes frames as baseline JPEG with 4:2:0 chroma. Not thread-safe; buffers are reused and grow with the frame size.
 */
public interface JpegEncoder extends AutoCloseable {

    /**
     * Encodes a frame.
     *
     * @return the JPEG between position and limit, in the encoder's buffer, overwritten by the next call
     * @throws IllegalStateException when the codec fails or is closed
     */
    ByteBuffer encode(Framebuffer frame);

    /** Name of the codec for logs: a library's file name or {@code ImageIO}. */
    String name();

    @Override
    void close();
}
