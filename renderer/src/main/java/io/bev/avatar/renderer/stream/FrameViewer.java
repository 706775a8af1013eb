package io.bev.avatar.renderer.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A viewer on one connection. Frames stay in its mailbox until the connection can send them: at most two JPEGs
 * or {@link #videoWindow} frames of video are in flight, and none is written while the socket buffer is full, so that a
 * slow viewer gets fewer frames, not older ones.
 *
 * <p>A viewer joins the hub before the connection is ready; frames are held until the handler is in the pipeline.
 */
abstract class FrameViewer extends ChannelInboundHandlerAdapter implements LatestFrameHub.Viewer {

    /** Maximum number of frames in flight: 30 fps of video over a line with 400 ms round trip. */
    static final int WINDOW = 12;

    private static final int MIN_VIDEO_WINDOW = 3;
    private static final int DELIVERIES_PER_FRAME = 3;
    private static final long DELIVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Time without progress from which a viewer counts as stalled. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(FrameViewer.class);

    private final LatestFrameHub hub;
    private final Channel channel;
    private final long stallNanos;
    private final ViewerStats.Transport transport;
    private final long joinedNanos;
    private final FrameMailbox mailbox = new FrameMailbox();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    // Fields below are confined to the channel's event loop.
    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> stallCheck;
    private int inFlight;
    private long progressNanos;
    private boolean stalled;
    /** Times at which the images in flight were complete, the oldest at {@code deliveries % WINDOW}. */
    private final long[] renderedNanos = new long[WINDOW];

    /** Times of the last deliveries, the oldest at {@code deliveries % length} once it is full. */
    private final long[] deliveredNanos = new long[(WINDOW - MIN_VIDEO_WINDOW) * DELIVERIES_PER_FRAME];

    private long deliveries;

    FrameViewer(LatestFrameHub hub, Channel channel, long stallNanos, ViewerStats.Transport transport) {
        this.hub = hub;
        this.channel = channel;
        this.stallNanos = stallNanos;
        this.transport = transport;
        this.joinedNanos = hub.nanos();
    }

    /** Writes and flushes a frame; the future completes when it is written to the socket. The frame is borrowed. */
    abstract ChannelFuture send(ChannelHandlerContext ctx, EncodedFrame frame);

    /** Whether the client acknowledges displayed frames; otherwise writing to the socket counts as delivery. */
    abstract boolean acknowledges();

    /** Sends a close message and closes. Called in the event loop. */
    abstract void end(ChannelHandlerContext ctx, String reason);

    /** Joins the hub until the connection closes; returns false if the viewer limit is reached. */
    final boolean join() {
        if (!hub.join(this)) {
            return false;
        }
        hub.stats().joined(transport);
        channel.closeFuture().addListener(closed -> {
            hub.leave(this);
            mailbox.close();
        });
        return true;
    }

    /** Closes the connection after a delay, regardless of pending writes. */
    final void closeWithin(long millis) {
        Future<?> forced = channel.eventLoop().schedule(this::closeNow, millis, TimeUnit.MILLISECONDS);
        onClose(() -> forced.cancel(false));
    }

    /** Runs an action when the connection has closed. */
    final void onClose(Runnable action) {
        channel.closeFuture().addListener(closed -> action.run());
    }

    @Override
    public final void offer(EncodedFrame frame) {
        hub.countDropped(mailbox.put(frame));
        scheduleDrain();
    }

    @Override
    public final boolean needsKey() {
        return mailbox.needsKey();
    }

    /** How frames reach the viewer now. */
    ViewerStats.Transport transport() {
        return transport;
    }

    @Override
    public final void disconnect(String reason) {
        inEventLoop(() -> {
            ChannelHandlerContext ctx = context;
            if (ctx == null) {
                NettyChannels.close(channel);
            } else {
                end(ctx, reason);
            }
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        progressNanos = System.nanoTime();
        stallCheck = ctx.executor()
                .scheduleWithFixedDelay(
                        () -> closeIfStalled(ctx), stallNanos / 4 + 1, stallNanos / 4 + 1, TimeUnit.NANOSECONDS);
        drain();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ScheduledFuture<?> check = stallCheck;
        if (check != null) {
            check.cancel(false);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (inFlight == 0) {
            progressNanos = System.nanoTime();
        }
        drain();
        ctx.fireChannelWritabilityChanged();
    }

    /** Discards messages of the client unless a subclass handles them. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("viewer {} disconnected: {}", channel.remoteAddress(), cause.toString());
        NettyChannels.close(ctx);
    }

    /** Records the delivery of a frame and sends the next. Called in the event loop. */
    final void delivered() {
        checkStall();
        stalled = false;
        if (inFlight > 0) {
            inFlight--;
            recordDelivery();
        }
        progressNanos = System.nanoTime();
        drain();
    }

    /**
     * Maximum number of frames of video in flight: what the viewer has taken in a third of the last second, and a few. A line
     * with a long round trip needs many; for a browser that decodes slowly, each would be late by all before it.
     */
    private int videoWindow() {
        long now = hub.nanos();
        int recent = 0;
        for (int i = 0; i < Math.min(deliveries, deliveredNanos.length); i++) {
            recent += now - deliveredNanos[i] < DELIVERY_NANOS ? 1 : 0;
        }
        return Math.min(WINDOW, MIN_VIDEO_WINDOW + recent / DELIVERIES_PER_FRAME);
    }

    private void recordDelivery() {
        long now = hub.nanos();
        deliveredNanos[(int) (deliveries % deliveredNanos.length)] = now;
        // A frame rendered before the viewer joined, as while paused, is not late.
        long rendered = renderedNanos[(int) (deliveries % WINDOW)];
        hub.stats().frame(transport(), now - Math.max(rendered, joinedNanos));
        if (deliveries++ == 0) {
            hub.stats().firstFrame(transport(), now - joinedNanos);
        }
    }

    /** Counts a stall once, until the next delivery. */
    private void checkStall() {
        if (!stalled && inFlight > 0 && System.nanoTime() - progressNanos > STALL_NANOS) {
            stalled = true;
            hub.stats().stalled(transport());
        }
    }

    /** Sends pending frames while the connection can accept them. Called in the event loop. */
    void drain() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        while (channel.isWritable()) {
            EncodedFrame frame = mailbox.poll(inFlight, videoWindow());
            if (frame == null) {
                return;
            }
            start(ctx, frame);
        }
    }

    /** The connection, empty until it is ready for frames. */
    final Optional<ChannelHandlerContext> context() {
        return Optional.ofNullable(context);
    }

    final void inEventLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("viewer {} disconnected: the server has stopped", channel.remoteAddress());
        }
    }

    private void start(ChannelHandlerContext ctx, EncodedFrame frame) {
        renderedNanos[(int) ((deliveries + inFlight) % WINDOW)] = frame.renderedNanos();
        if (inFlight++ == 0) {
            progressNanos = System.nanoTime();
        }
        int bytes = frame.bytes();
        boolean video = frame.isVideo();
        try {
            send(ctx, frame).addListener(written -> {
                if (written.isSuccess()) {
                    hub.countSent(bytes, video);
                    if (!acknowledges()) {
                        delivered();
                    }
                }
            });
        } finally {
            frame.release();
        }
    }

    private void closeNow() {
        NettyChannels.close(channel);
    }

    private void scheduleDrain() {
        if (drainScheduled.compareAndSet(false, true)) {
            inEventLoop(() -> {
                drainScheduled.set(false);
                drain();
            });
        }
    }

    private void closeIfStalled(ChannelHandlerContext ctx) {
        checkStall();
        if ((inFlight > 0 || !channel.isWritable()) && System.nanoTime() - progressNanos > stallNanos) {
            LOG.info(
                    "viewer {} disconnected: no data accepted for {} s",
                    channel.remoteAddress(),
                    TimeUnit.NANOSECONDS.toSeconds(stallNanos));
            NettyChannels.close(ctx);
        }
    }
}
