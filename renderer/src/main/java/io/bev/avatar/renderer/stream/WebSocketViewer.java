package io.bev.avatar.renderer.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;

/**
 * A viewer on a WebSocket: binary messages are frames ({@link EncodedFrame} says how they look), text messages are JSON,
 * {@code {"type":"state","state":{...}}}, {@code {"type":"health","health":{...}}} or
 * {@code {"type":"error","detail":"..."}}.
 *
 * <p>A viewer that connected with {@code ?ack=1} answers each frame, once shown or skipped, with a binary message of 8
 * bytes: the sequence of the frame, big-endian. Then a browser that decodes slowly, or a long line with deep buffers,
 * holds back frames as a full socket does.
 */
final class WebSocketViewer extends FrameViewer {

    private static final long GOODBYE_MILLIS = 1000;
    private static final WebSocketCloseStatus OPERATOR = new WebSocketCloseStatus(4000, "disconnected");

    /** What a text message is about; of each kind only the newest waits. */
    enum Topic {
        STATE,
        HEALTH,
        ERROR
    }

    private final boolean acknowledges;
    private final ArrayDeque<Long> unacknowledged = new ArrayDeque<>(WINDOW);
    private final Map<Topic, byte[]> texts = new EnumMap<>(Topic.class);
    private boolean ending;

    WebSocketViewer(LatestFrameHub hub, Channel channel, long stallNanos, boolean acknowledges) {
        super(hub, channel, stallNanos);
        this.acknowledges = acknowledges;
    }

    /** Sends a text message when the connection can take it; a newer one of its topic replaces one that waits. */
    void tell(Topic topic, byte[] json) {
        inEventLoop(() -> {
            texts.put(topic, json);
            drain();
        });
    }

    /** Asks the other end for a sign of life. */
    void ping() {
        inEventLoop(() -> context().ifPresent(ctx -> write(ctx, new PingWebSocketFrame())));
    }

    @Override
    void drain() {
        if (!ending) {
            context().ifPresent(this::drainTexts);
            super.drain();
        }
    }

    @Override
    ChannelFuture send(ChannelHandlerContext ctx, EncodedFrame frame) {
        if (acknowledges) {
            unacknowledged.add(frame.sequence());
        }
        return ctx.writeAndFlush(new BinaryWebSocketFrame(frame.retainedMessage()));
    }

    @Override
    boolean acknowledges() {
        return acknowledges;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof PingWebSocketFrame ping) {
                write(ctx, new PongWebSocketFrame(ping.content().retain()));
            } else if (message instanceof CloseWebSocketFrame close) {
                close(ctx, new CloseWebSocketFrame(answerTo(close)));
            } else if (message instanceof BinaryWebSocketFrame ack && acknowledges && isAcknowledgement(ack)) {
                acknowledged(ack.content().readLong());
            } else if (message instanceof WebSocketFrame && !(message instanceof PongWebSocketFrame)) {
                close(
                        ctx,
                        new CloseWebSocketFrame(
                                WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                                acknowledges ? "expected acknowledgements of 8 bytes" : "expected no messages"));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    void end(ChannelHandlerContext ctx, String reason) {
        close(ctx, new CloseWebSocketFrame(OPERATOR, reason));
    }

    private void drainTexts(ChannelHandlerContext ctx) {
        while (!texts.isEmpty() && ctx.channel().isWritable()) {
            var next = texts.entrySet().iterator();
            byte[] json = next.next().getValue();
            next.remove();
            write(ctx, new TextWebSocketFrame(Unpooled.wrappedBuffer(json)));
        }
    }

    private void acknowledged(long sequence) {
        while (!unacknowledged.isEmpty() && unacknowledged.contains(sequence)) {
            unacknowledged.remove();
            delivered();
        }
    }

    private static boolean isAcknowledgement(BinaryWebSocketFrame frame) {
        ByteBuf content = frame.content();
        return frame.isFinalFragment() && content.readableBytes() == Long.BYTES;
    }

    private static WebSocketCloseStatus answerTo(CloseWebSocketFrame close) {
        return close.statusCode() == -1
                ? WebSocketCloseStatus.NORMAL_CLOSURE
                : WebSocketCloseStatus.valueOf(close.statusCode());
    }

    private static void write(ChannelHandlerContext ctx, WebSocketFrame message) {
        NettyChannels.write(ctx, message);
        ctx.flush();
    }

    private void close(ChannelHandlerContext ctx, CloseWebSocketFrame goodbye) {
        if (ending) {
            goodbye.release();
            return;
        }
        ending = true;
        ctx.writeAndFlush(goodbye).addListener(ChannelFutureListener.CLOSE);
        // A stalled peer never takes the goodbye.
        closeWithin(GOODBYE_MILLIS);
    }
}
