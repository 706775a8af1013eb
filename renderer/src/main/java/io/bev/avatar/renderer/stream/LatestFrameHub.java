package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Framebuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes each picture once and leaves it in the mailbox of every viewer, where it replaces one that the viewer was too slow
 * to take. Publishing never waits for a viewer.
 *
 * <p>The newest frame is kept for viewers that come while nothing new is drawn, such as a paused renderer; it goes as soon
 * as a newer picture is drawn for nobody.
 */
public final class LatestFrameHub implements FrameHub, AutoCloseable {

    private static final long SNAPSHOT_INTEREST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One who looks at frames. Neither method blocks; both may be called by any thread. */
    interface Viewer {
        /** The frame is borrowed: one who keeps it retains it. */
        void offer(EncodedFrame frame);

        void disconnect(String reason);
    }

    private final JpegEncoder encoder;
    private final int maxViewers;
    private final Ticker ticker;
    private final Clock clock;
    private final LongAdder framesSent = new LongAdder();
    private final LongAdder framesDropped = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();

    private final Object encoding = new Object();
    private final Object lock = new Object();
    private final List<Viewer> viewers = new ArrayList<>();
    private final List<Consumer<EncodedFrame>> snapshots = new ArrayList<>();
    private @Nullable EncodedFrame kept;
    private long snapshotAskedNanos;
    private boolean snapshotAsked;
    private boolean closed;

    /**
     * @param encoder closed with this
     * @param maxViewers most viewers at once
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
            snapshotAsked = snapshotAsked && ticker.nanos() - snapshotAskedNanos < SNAPSHOT_INTEREST_NANOS;
            return snapshotAsked;
        }
    }

    @Override
    public long publish(Framebuffer picture, long sequence, long renderNanos, long stateSequence) {
        if (!wanted()) {
            keep(null);
            return 0;
        }
        long start = ticker.nanos();
        EncodedFrame frame = encode(picture, sequence, renderNanos, stateSequence);
        if (frame == null) {
            return 0;
        }
        long encodeNanos = ticker.nanos() - start;
        List<Consumer<EncodedFrame>> waiting;
        synchronized (lock) {
            keep(frame);
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

    /** Adds a viewer and offers it the newest frame; false when there are as many as may be. */
    boolean join(Viewer viewer) {
        synchronized (lock) {
            if (closed || viewers.size() >= maxViewers) {
                return false;
            }
            viewers.add(viewer);
            if (kept != null) {
                viewer.offer(kept);
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
     * Has the next frame drawn, even for nobody else, and hands it over once, on the thread that publishes it. The frame is
     * borrowed.
     */
    void awaitFrame(Consumer<EncodedFrame> snapshot) {
        synchronized (lock) {
            snapshotAsked = true;
            snapshotAskedNanos = ticker.nanos();
            snapshots.add(snapshot);
        }
    }

    /** Takes back {@link #awaitFrame}; false when the frame has come, or is just coming. */
    boolean forget(Consumer<EncodedFrame> snapshot) {
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

    /** Ends every viewer's connection, lets go of the last frame and closes the encoder. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        disconnectAll("the renderer is stopping");
        synchronized (encoding) {
            encoder.close();
        }
        keep(null);
    }

    private @Nullable EncodedFrame encode(Framebuffer picture, long sequence, long renderNanos, long stateSequence) {
        synchronized (encoding) {
            synchronized (lock) {
                if (closed) {
                    return null;
                }
            }
            ByteBuffer jpeg = encoder.encode(picture);
            ByteBuf message = ByteBufAllocator.DEFAULT.directBuffer(EncodedFrame.HEADER_BYTES + jpeg.remaining());
            EncodedFrame.writeHeader(
                    message, sequence, renderNanos, stateSequence, picture.width, picture.height, clock.millis());
            message.writeBytes(jpeg);
            return new EncodedFrame(message, sequence);
        }
    }

    private void keep(@Nullable EncodedFrame frame) {
        synchronized (lock) {
            EncodedFrame old = kept;
            kept = null;
            if (frame != null && !closed) {
                frame.retain();
                kept = frame;
            }
            if (old != null) {
                old.release();
            }
        }
    }
}
