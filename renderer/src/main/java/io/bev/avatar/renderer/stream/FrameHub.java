package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;

/**
 * Takes rendered pictures, encodes each at most once, and leaves the newest in every viewer's mailbox. {@link #publish} is
 * for the render thread; everything else is thread-safe.
 */
public interface FrameHub {

    /** Whether anybody would look at a frame now: a viewer, or a snapshot asked for within the last second. */
    boolean wanted();

    /**
     * Encodes and hands out a picture. Returns when {@code picture} may be reused.
     *
     * @param sequence number of the frame
     * @param renderNanos how long it took to render
     * @param stateSequence sequence of the state it shows
     * @return nanoseconds spent encoding; 0 when nobody looks
     */
    long publish(Framebuffer picture, long sequence, long renderNanos, long stateSequence);

    int viewers();

    long framesSent();

    long framesDropped();

    long bytesSent();

    /** Ends every viewer's connection and answers how many there were. */
    int disconnectAll();
}
