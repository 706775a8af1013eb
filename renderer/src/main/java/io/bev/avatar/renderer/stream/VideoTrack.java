package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The video that all viewers of low bandwidth share. The encoder exists while one of them is connected. Key frames are
 * given at most once per second, except where the frame size changes. Thread-safe.
 */
final class VideoTrack implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(VideoTrack.class);

    private static final long KEY_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<? extends VideoEncoder> encoders;
    private final Ticker ticker;
    private @Nullable VideoEncoder encoder;
    private String problem;
    private long keyNanos;
    private long keyFrames;

    /**
     * @param encoders opens an encoder, or fails with an {@link IllegalStateException} that has the remedy
     * @param problem why there is no video; empty if there is
     */
    private VideoTrack(Supplier<? extends VideoEncoder> encoders, String problem, Ticker ticker) {
        this.encoders = encoders;
        this.problem = problem;
        this.ticker = ticker;
    }

    /** VP8 by libvpx, loaded for the first viewer that wants it. */
    static VideoTrack vp8() {
        return vp8(Vpx.LIBRARIES);
    }

    static VideoTrack vp8(List<Vpx.Library> libraries) {
        return of(() -> Vp8Encoder.open(libraries), Ticker.system());
    }

    static VideoTrack of(Supplier<? extends VideoEncoder> encoders, Ticker ticker) {
        return new VideoTrack(encoders, "", ticker);
    }

    /** No video, for this reason. */
    static VideoTrack off(String reason) {
        return new VideoTrack(
                () -> {
                    throw new IllegalStateException(reason);
                },
                reason,
                Ticker.system());
    }

    /**
     * Opens the encoder if necessary.
     *
     * @return the codec for WebCodecs
     * @throws IllegalStateException with cause and remedy, if there is no video
     */
    synchronized String open() {
        if (!problem.isEmpty()) {
            throw new IllegalStateException(problem);
        }
        VideoEncoder current = encoder;
        if (current == null) {
            current = encoders.get();
            encoder = current;
            if (keyFrames == 0) {
                LOG.info("video encoder {} for viewers that choose low bandwidth", current.codec());
            }
        }
        return current.codec();
    }

    /**
     * Encodes a frame.
     *
     * @param key whether a viewer waits for a key frame
     * @return the data, valid until the next call
     * @throws IllegalStateException when the codec fails; there is no video from then on
     */
    synchronized ByteBuffer encode(Framebuffer frame, boolean key) {
        open();
        VideoEncoder current = encoder;
        if (current == null) {
            throw new IllegalStateException("no encoder");
        }
        long now = ticker.nanos();
        try {
            ByteBuffer data = current.encode(frame, key && (keyFrames == 0 || now - keyNanos >= KEY_INTERVAL_NANOS));
            if (current.wasKey()) {
                keyFrames++;
                keyNanos = now;
            }
            return data;
        } catch (IllegalStateException e) {
            problem = "video failed: " + e.getMessage();
            LOG.error("Video failed, viewers of low bandwidth receive JPEG until the renderer is restarted", e);
            close();
            throw e;
        }
    }

    /** Whether the last frame is a key frame. */
    synchronized boolean wasKey() {
        return encoder != null && encoder.wasKey();
    }

    /** Key frames since start. */
    synchronized long keyFrames() {
        return keyFrames;
    }

    /** Releases the encoder; the next frame opens one again. */
    @Override
    public synchronized void close() {
        VideoEncoder old = encoder;
        encoder = null;
        if (old != null) {
            old.close();
        }
    }
}
