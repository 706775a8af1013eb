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
 * A viewer at the end of one connection. Frames wait in its mailbox until the connection can take them: at most
 * {@value #WINDOW} are on their way at once, and none is written while the socket's buffer is full, so that a slow viewer
 * sees fewer frames, not older ones.
 *
 * <p>It joins the hub before the connection is ready for frames; they wait until the handler is in the pipeline.
 */
abstract class FrameViewer extends ChannelInboundHandlerAdapter implements LatestFrameHub.Viewer {

    static final int WINDOW = 2;

    private static final Logger log = LoggerFactory.getLogger(FrameViewer.class);

    private final LatestFrameHub hub;
    private final Channel channel;
    private final long stallNanos;
    private final FrameMailbox mailbox = new FrameMailbox();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    // The rest belongs to the channel's event loop.
    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> stallCheck;
    private int inFlight;
    private long progressNanos;

    FrameViewer(LatestFrameHub hub, Channel channel, long stallNanos) {
        this.hub = hub;
        this.channel = channel;
        this.stallNanos = stallNanos;
    }

    /** Writes and flushes a frame; the future ends when the socket has it. The frame is borrowed. */
    abstract ChannelFuture send(ChannelHandlerContext ctx, EncodedFrame frame);

    /** Whether the other end says when it has shown a frame; otherwise the socket's acceptance counts. */
    abstract boolean acknowledges();

    /** Says goodbye and closes. Called in the event loop. */
    abstract void end(ChannelHandlerContext ctx, String reason);

    /** Joins the hub for as long as the connection is open; false when there is no room. */
    final boolean join() {
        if (!hub.join(this)) {
            return false;
        }
        channel.closeFuture().addListener(closed -> {
            hub.leave(this);
            mailbox.close();
        });
        return true;
    }

    /** Closes the connection after a while, whatever it waits for. */
    final void closeWithin(long millis) {
        Future<?> forced = channel.eventLoop().schedule(this::closeNow, millis, TimeUnit.MILLISECONDS);
        onClose(() -> forced.cancel(false));
    }

    /** Runs when the connection is gone. */
    final void onClose(Runnable action) {
        channel.closeFuture().addListener(closed -> action.run());
    }

    @Override
    public final void offer(EncodedFrame frame) {
        if (mailbox.put(frame)) {
            hub.countDropped();
        }
        scheduleDrain();
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
        drain();
        ctx.fireChannelWritabilityChanged();
    }

    /** Viewers have nothing to say unless a subclass listens. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("viewer {} lost: {}", channel.remoteAddress(), cause.toString());
        NettyChannels.close(ctx);
    }

    /** Notes that a frame has arrived, and sends the next. In the event loop. */
    final void delivered() {
        if (inFlight > 0) {
            inFlight--;
        }
        progressNanos = System.nanoTime();
        drain();
    }

    /** Sends what waits, as far as the connection can take it. In the event loop. */
    void drain() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        while (inFlight < WINDOW && channel.isWritable()) {
            EncodedFrame frame = mailbox.take();
            if (frame == null) {
                return;
            }
            start(ctx, frame);
        }
    }

    /** The connection, once it is ready for frames. */
    final Optional<ChannelHandlerContext> context() {
        return Optional.ofNullable(context);
    }

    final void inEventLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException stopped) {
            log.debug("viewer {} is gone: the server has stopped", channel.remoteAddress());
        }
    }

    private void start(ChannelHandlerContext ctx, EncodedFrame frame) {
        if (inFlight++ == 0) {
            progressNanos = System.nanoTime();
        }
        int bytes = frame.bytes();
        try {
            send(ctx, frame).addListener(written -> {
                if (written.isSuccess()) {
                    hub.countSent(bytes);
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
        if (inFlight > 0 && System.nanoTime() - progressNanos > stallNanos) {
            log.info(
                    "viewer {} took nothing for {} s: closed",
                    channel.remoteAddress(),
                    TimeUnit.NANOSECONDS.toSeconds(stallNanos));
            NettyChannels.close(ctx);
        }
    }
}
