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
 * Encodes each frame once and puts it into the mailbox of every viewer, where it replaces a frame that the viewer was
 * too slow to consume. Publishing never waits for a viewer.
 *
 * <p>The newest frame is retained for viewers that connect while nothing new is rendered, for example while paused;
 * it is released when a newer frame is published without viewers.
 */
public final class LatestFrameHub implements FrameHub, AutoCloseable {

    private static final int MAX_SNAPSHOTS = 16;
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
    }

    private final JpegEncoder encoder;
    private final int maxViewers;
    private final Ticker ticker;
    private final Clock clock;
    private final ViewerStats stats = new ViewerStats();
    private final LongAdder framesSent = new LongAdder();
    private final LongAdder framesDropped = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();

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
        this(encoder, maxViewers, Ticker.system(), Clock.systemUTC());
    }

    LatestFrameHub(JpegEncoder encoder, int maxViewers, Ticker ticker, Clock clock) {
        this.encoder = encoder;
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
            return 0;
        }
        long start = ticker.nanos();
        EncodedFrame frame = encode(target, sequence, renderNanos, stateSequence, start);
        if (frame == null) {
            return 0;
        }
        long encodeNanos = ticker.nanos() - start;
        List<Consumer<EncodedFrame>> waiting;
        synchronized (lock) {
            retain(frame);
            for (int i = 0; i < viewers.size(); i++) {
                viewers.get(i).offer(frame);
            }
            waiting = snapshots.isEmpty() ? List.of() : List.copyOf(snapshots);
            snapshots.clear();
        }
        waiting.forEach(snapshot -> snapshot.accept(frame));
        frame.release();
        return encodeNanos;
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

    void countSent(int bytes) {
        framesSent.increment();
        bytesSent.add(bytes);
    }

    void countDropped() {
        framesDropped.increment();
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
            ByteBuffer jpeg = encoder.encode(target);
            ByteBuf message = ByteBufAllocator.DEFAULT.directBuffer(EncodedFrame.HEADER_BYTES + jpeg.remaining());
            EncodedFrame.writeHeader(
                    message, sequence, renderNanos, stateSequence, target.width, target.height, clock.millis());
            message.writeBytes(jpeg);
            return new EncodedFrame(message, sequence, renderedNanos);
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
