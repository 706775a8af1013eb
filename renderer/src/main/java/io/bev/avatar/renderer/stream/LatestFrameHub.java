package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Framebuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes each frame once per format in use, JPEG and video, and puts it into the mailbox of every viewer, where a JPEG
 * replaces one that the viewer was too slow to consume. Publishing never waits for a viewer.
 *
 * <p>The newest JPEG is retained for viewers that connect while nothing new is rendered, for example while paused;
 * it is released when a newer frame is published without viewers.
 */
public final class LatestFrameHub implements FrameHub, AutoCloseable {

    private static final int MAX_SNAPSHOTS = 16;
    /** Maximum age of the retained JPEG while all viewers watch video. */
    private static final long RETAINED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SNAPSHOT_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Receiver of frames. The methods must not block and may be called by any thread. */
    interface Viewer {
        /** Offers a frame, which is borrowed: the viewer must retain it to use it later. */
        void offer(EncodedFrame frame);

        void disconnect(String reason);

        /** The area in which the viewer shows frames; empty if it has not reported one. */
        default Optional<ViewSize> view() {
            return Optional.empty();
        }

        /** Whether the viewer wants frames of video instead of JPEG. */
        default boolean wantsVideo() {
            return false;
        }

        /** Whether video for this viewer must continue with a key frame. */
        default boolean needsKey() {
            return false;
        }

        /** There is no video any more; the viewer returns to JPEG. */
        default void videoFailed(String detail) {}
    }

    private final JpegEncoder encoder;
    private final VideoTrack video;
    private final int maxViewers;
    private final Ticker ticker;
    private final Clock clock;
    private final ViewerStats stats = new ViewerStats();
    private final LongAdder framesSent = new LongAdder();
    private final LongAdder framesDropped = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder videoFramesSent = new LongAdder();
    private final LongAdder videoBytesSent = new LongAdder();

    private final Object encoding = new Object();
    private final Object lock = new Object();
    private final List<Viewer> viewers = new ArrayList<>();
    private final List<Consumer<EncodedFrame>> snapshots = new ArrayList<>();
    private @Nullable EncodedFrame latest;
    private long snapshotRequestedNanos;
    private boolean snapshotRequested;
    private boolean closed;

    /**
     * @param encoder closed with this
     * @param maxViewers maximum number of viewers
     */
    public LatestFrameHub(JpegEncoder encoder, int maxViewers) {
        this(encoder, VideoTrack.vp8(), maxViewers, Ticker.system(), Clock.systemUTC());
    }

    /** A hub with the encoders of the configuration. */
    public static LatestFrameHub of(StreamConfig config) {
        return new LatestFrameHub(
                JpegEncoders.best(config.jpegQuality()),
                config.video() ? VideoTrack.vp8() : VideoTrack.off("video is disabled: stream.video is off"),
                config.maxViewers(),
                Ticker.system(),
                Clock.systemUTC());
    }

    LatestFrameHub(JpegEncoder encoder, int maxViewers, Ticker ticker, Clock clock) {
        this(encoder, VideoTrack.off("no video"), maxViewers, ticker, clock);
    }

    LatestFrameHub(JpegEncoder encoder, VideoTrack video, int maxViewers, Ticker ticker, Clock clock) {
        this.encoder = encoder;
        this.video = video;
        this.maxViewers = maxViewers;
        this.ticker = ticker;
        this.clock = clock;
    }

    @Override
    public boolean wanted() {
        synchronized (lock) {
            if (!viewers.isEmpty() || !snapshots.isEmpty()) {
                return true;
            }
            snapshotRequested = snapshotRequested && ticker.nanos() - snapshotRequestedNanos < SNAPSHOT_WINDOW_NANOS;
            return snapshotRequested;
        }
    }

    @Override
    public long publish(Framebuffer target, long sequence, long renderNanos, long stateSequence) {
        if (!wanted()) {
            retain(null);
            video.close();
            return 0;
        }
        long start = ticker.nanos();
        Demand demand = demand();
        EncodedFrame jpeg = demand.jpeg ? encode(target, sequence, renderNanos, stateSequence, start) : null;
        EncodedFrame moving =
                demand.video ? encodeVideo(target, demand.key, sequence, renderNanos, stateSequence, start) : null;
        if (!demand.video) {
            video.close();
        }
        long encodeNanos = ticker.nanos() - start;
        distribute(jpeg, moving);
        return jpeg == null && moving == null ? 0 : encodeNanos;
    }

    /** What the viewers of a frame need. */
    private record Demand(boolean jpeg, boolean video, boolean key) {}

    private Demand demand() {
        synchronized (lock) {
            // A viewer may join while nothing is rendered, and needs a JPEG of not long ago.
            boolean jpeg = !snapshots.isEmpty() || viewers.isEmpty() || retainedIsOld();
            boolean moving = false;
            boolean key = false;
            for (int i = 0; i < viewers.size(); i++) {
                Viewer viewer = viewers.get(i);
                boolean wantsVideo = viewer.wantsVideo();
                jpeg |= !wantsVideo;
                moving |= wantsVideo;
                key |= wantsVideo && viewer.needsKey();
            }
            return new Demand(jpeg, moving, key);
        }
    }

    private boolean retainedIsOld() {
        EncodedFrame retained = latest;
        return retained == null || ticker.nanos() - retained.renderedNanos() >= RETAINED_NANOS;
    }

    private void distribute(@Nullable EncodedFrame jpeg, @Nullable EncodedFrame moving) {
        List<Consumer<EncodedFrame>> waiting = List.of();
        synchronized (lock) {
            for (int i = 0; i < viewers.size(); i++) {
                EncodedFrame frame = viewers.get(i).wantsVideo() ? moving : jpeg;
                if (frame != null) {
                    viewers.get(i).offer(frame);
                }
            }
            if (jpeg != null) {
                retain(jpeg);
            }
            if (jpeg != null && !snapshots.isEmpty()) {
                waiting = List.copyOf(snapshots);
                snapshots.clear();
            }
        }
        if (jpeg != null) {
            for (Consumer<EncodedFrame> snapshot : waiting) {
                snapshot.accept(jpeg);
            }
            jpeg.release();
        }
        if (moving != null) {
            moving.release();
        }
    }

    @Override
    public byte[] encode(Framebuffer image) {
        synchronized (encoding) {
            requireOpen();
            ByteBuffer jpeg = encoder.encode(image);
            byte[] bytes = new byte[jpeg.remaining()];
            jpeg.get(bytes);
            return bytes;
        }
    }

    @Override
    public ViewDemand demand(double aspect) {
        synchronized (lock) {
            ViewDemand demand = ViewDemand.NONE;
            for (Viewer viewer : viewers) {
                Optional<ViewSize> view = viewer.view();
                if (view.isPresent()) {
                    demand =
                            demand.or(view.get().wantedLines(aspect), view.get().lines() > 0);
                }
            }
            return demand;
        }
    }

    @Override
    public ViewerStats stats() {
        return stats;
    }

    /**
     * Opens the video for a viewer.
     *
     * @return the codec
     * @throws IllegalStateException with cause and remedy, if there is no video
     */
    String openVideo() {
        return video.open();
    }

    /** Monotonic time in nanoseconds, of {@link EncodedFrame#renderedNanos}. */
    long nanos() {
        return ticker.nanos();
    }

    @Override
    public int viewers() {
        synchronized (lock) {
            return viewers.size();
        }
    }

    public int maxViewers() {
        return maxViewers;
    }

    @Override
    public long framesSent() {
        return framesSent.sum();
    }

    @Override
    public long framesDropped() {
        return framesDropped.sum();
    }

    @Override
    public long bytesSent() {
        return bytesSent.sum();
    }

    @Override
    public long videoFramesSent() {
        return videoFramesSent.sum();
    }

    @Override
    public long videoBytesSent() {
        return videoBytesSent.sum();
    }

    @Override
    public long videoKeyFrames() {
        return video.keyFrames();
    }

    @Override
    public int videoViewers() {
        synchronized (lock) {
            return (int) viewers.stream().filter(Viewer::wantsVideo).count();
        }
    }

    @Override
    public int disconnectAll() {
        return disconnectAll("disconnected by the operator");
    }

    int disconnectAll(String reason) {
        List<Viewer> all;
        synchronized (lock) {
            all = List.copyOf(viewers);
        }
        all.forEach(viewer -> viewer.disconnect(reason));
        return all.size();
    }

    /** Adds a viewer and offers it the newest frame; returns false if the limit is reached. */
    boolean join(Viewer viewer) {
        synchronized (lock) {
            if (closed || viewers.size() >= maxViewers) {
                return false;
            }
            viewers.add(viewer);
            if (latest != null) {
                viewer.offer(latest);
            }
            return true;
        }
    }

    void leave(Viewer viewer) {
        synchronized (lock) {
            viewers.remove(viewer);
        }
    }

    /**
     * Requests the next frame, even without other viewers, and passes it to {@code snapshot} once, on the thread that
     * publishes it. The frame is borrowed. Returns false if too many snapshots wait: each copies the frame.
     */
    boolean awaitFrame(Consumer<EncodedFrame> snapshot) {
        synchronized (lock) {
            if (snapshots.size() >= MAX_SNAPSHOTS) {
                return false;
            }
            snapshotRequested = true;
            snapshotRequestedNanos = ticker.nanos();
            return snapshots.add(snapshot);
        }
    }

    /** Cancels {@link #awaitFrame}; returns false if the frame has been or is being delivered. */
    boolean cancelSnapshot(Consumer<EncodedFrame> snapshot) {
        synchronized (lock) {
            return snapshots.remove(snapshot);
        }
    }

    void countSent(int bytes, boolean asVideo) {
        framesSent.increment();
        bytesSent.add(bytes);
        if (asVideo) {
            videoFramesSent.increment();
            videoBytesSent.add(bytes);
        }
    }

    void countDropped(int frames) {
        framesDropped.add(frames);
    }

    /** Disconnects all viewers, releases the last frame and closes the encoder. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        disconnectAll("the renderer is stopping");
        synchronized (encoding) {
            encoder.close();
            video.close();
        }
        retain(null);
    }

    private @Nullable EncodedFrame encode(
            Framebuffer target, long sequence, long renderNanos, long stateSequence, long renderedNanos) {
        synchronized (encoding) {
            synchronized (lock) {
                if (closed) {
                    return null;
                }
            }
            return frame(encoder.encode(target), 0, target, sequence, renderNanos, stateSequence, renderedNanos);
        }
    }

    private @Nullable EncodedFrame encodeVideo(
            Framebuffer target, boolean key, long sequence, long renderNanos, long stateSequence, long renderedNanos) {
        synchronized (encoding) {
            synchronized (lock) {
                if (closed) {
                    return null;
                }
            }
            try {
                ByteBuffer data = video.encode(target, key);
                int flags = EncodedFrame.VIDEO | (video.wasKey() ? EncodedFrame.KEY : 0);
                return frame(data, flags, target, sequence, renderNanos, stateSequence, renderedNanos);
            } catch (IllegalStateException e) {
                videoFailed(String.valueOf(e.getMessage()));
                return null;
            }
        }
    }

    private EncodedFrame frame(
            ByteBuffer image,
            int flags,
            Framebuffer target,
            long sequence,
            long renderNanos,
            long stateSequence,
            long renderedNanos) {
        ByteBuf message = ByteBufAllocator.DEFAULT.directBuffer(EncodedFrame.HEADER_BYTES + image.remaining());
        EncodedFrame.writeHeader(
                message, flags, sequence, renderNanos, stateSequence, target.width, target.height, clock.millis());
        message.writeBytes(image);
        return new EncodedFrame(message, sequence, renderedNanos, flags);
    }

    private void videoFailed(String detail) {
        synchronized (lock) {
            for (Viewer viewer : viewers) {
                if (viewer.wantsVideo()) {
                    viewer.videoFailed(detail);
                }
            }
        }
    }

    private void requireOpen() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the renderer is stopping");
            }
        }
    }

    private void retain(@Nullable EncodedFrame frame) {
        synchronized (lock) {
            EncodedFrame old = latest;
            latest = null;
            if (frame != null && !closed) {
                frame.retain();
                latest = frame;
            }
            if (old != null) {
                old.release();
            }
        }
    }
}
