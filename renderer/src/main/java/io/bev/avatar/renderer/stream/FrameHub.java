package io.bev.avatar.renderer.stream;

import io.bev.avatar.splat.raster.Framebuffer;

/**
 * Encodes rendered frames, each at most once, and puts the newest into every viewer's mailbox. {@link #publish} is
 * called by the render thread; all other methods are thread-safe.
 */
public interface FrameHub {

    /** Whether a frame is needed: a viewer is connected, or a snapshot was requested within the last second. */
    boolean wanted();

    /**
     * Encodes and distributes a frame. When it returns, {@code target} may be reused.
     *
     * @param sequence number of the frame
     * @param renderNanos render time in nanoseconds
     * @param stateSequence sequence number of the state shown
     * @return encoding time in nanoseconds; 0 if no frame is needed
     */
    long publish(Framebuffer target, long sequence, long renderNanos, long stateSequence);

    /** Encodes an image that is not part of the stream, as JPEG. */
    byte[] encode(Framebuffer image);

    /**
     * The frame height that the viewers want.
     *
     * @param aspect width of a frame divided by its height
     */
    ViewDemand demand(double aspect);

    /** What viewers experience. */
    ViewerStats stats();

    int viewers();

    long framesSent();

    long framesDropped();

    long bytesSent();

    /** Frames sent as video, of {@link #framesSent}. */
    long videoFramesSent();

    /** Bytes sent as video, of {@link #bytesSent}. */
    long videoBytesSent();

    /** Key frames of video encoded. */
    long videoKeyFrames();

    /** Viewers of video, of {@link #viewers}. */
    int videoViewers();

    /** Disconnects all viewers and returns their number. */
    int disconnectAll();
}
