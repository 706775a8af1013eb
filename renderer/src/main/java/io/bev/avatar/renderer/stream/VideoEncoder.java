package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;

/**
 * Encodes frames as video in which a frame refers to the one before it, without delay: each call returns the frame that
 * it was given. Not thread-safe; buffers are recreated when the frame size changes, which gives a key frame.
 */
interface VideoEncoder extends AutoCloseable {

    /**
     * Encodes a frame.
     *
     * @param key whether the frame must be decodable without earlier ones
     * @return the data between position and limit, in the encoder's memory, overwritten by the next call
     * @throws IllegalStateException when the codec fails or is closed
     */
    ByteBuffer encode(Framebuffer frame, boolean key);

    /** Whether the last encoded frame is decodable without earlier ones. */
    boolean wasKey();

    /** Name of the codec for WebCodecs, for example {@code vp8}. */
    String codec();

    @Override
    void close();
}
