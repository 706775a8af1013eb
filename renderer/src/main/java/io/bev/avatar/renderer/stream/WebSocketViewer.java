package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A viewer on a WebSocket: binary messages are frames (format: {@link EncodedFrame}), text messages are JSON,
 * {@code {"type":"state","state":{...}}}, {@code {"type":"health","health":{...}}} or
 * {@code {"type":"error","detail":"..."}}.
 *
 * <p>A viewer connected with {@code ?ack=1} acknowledges each frame, once displayed or skipped, with a binary message
 * of 8 bytes: the sequence number of the frame, big-endian. This throttles frames for a slow browser or a network
 * with deep buffers in the same way as a full socket.
 *
 * <p>A text message of the client is JSON with a {@code type}; {@code view} is {@link ViewSize}, {@code video} is {@link VideoRequest}.
 *
 * <p>A viewer connected with {@code ?sound=1} receives {@link SoundPacket}s, and reports in 12 bytes, big-endian: the magic
 * "BSR1", how much later it plays than it shows in microseconds, and the number of gaps since the last report.
 */
final class WebSocketViewer extends FrameViewer {

    private static final long CLOSE_TIMEOUT_MILLIS = 1000;
    /** Packets of 40 ms: later ones would be played late. */
    private static final int MAX_SOUNDS = 12;

    private static final int SOUND_REPORT = 0x4253_5231;
    private static final int SOUND_REPORT_BYTES = 12;
    private static final WebSocketCloseStatus OPERATOR = new WebSocketCloseStatus(4000, "disconnected");

    /** Topic of a text message; only the newest message of each topic is queued. */
    enum Topic {
        STATE,
        HEALTH,
        ERROR,
        SPEECH,
        VIDEO
    }

    private final LatestFrameHub hub;
    private final boolean acknowledges;
    private final ArrayDeque<Long> unacknowledged = new ArrayDeque<>(WINDOW);
    private final Map<Topic, byte[]> texts = new EnumMap<>(Topic.class);
    private final boolean hears;
    /** Sound not yet sent, oldest first; what is too late is discarded. */
    private final ArrayDeque<byte[]> sounds = new ArrayDeque<>();

    private @Nullable SoundBroadcaster reports;
    /** Content of the last unanswered ping: earlier ones need no answer (RFC 6455, section 5.5.3). */
    private @Nullable ByteBuf pong;

    private volatile Optional<ViewSize> view = Optional.empty();
    private volatile boolean video;
    private boolean joinedVideo;
    private boolean pingDue;
    private boolean ending;

    /**
     * @param acknowledges whether the client acknowledges frames
     * @param hears whether the client plays sound
     */
    WebSocketViewer(LatestFrameHub hub, Channel channel, long stallNanos, boolean acknowledges, boolean hears) {
        super(hub, channel, stallNanos, ViewerStats.Transport.WEBSOCKET);
        this.hub = hub;
        this.acknowledges = acknowledges;
        this.hears = hears;
    }

    /** Where the client's reports about the sound go; called once, before the first. */
    void reportTo(SoundBroadcaster broadcaster) {
        inEventLoop(() -> reports = broadcaster);
    }

    /** Sends sound once the connection can accept it, unless the client plays none. */
    void sendSound(byte[] packet) {
        if (hears) {
            inEventLoop(() -> {
                sounds.add(packet);
                if (sounds.size() > MAX_SOUNDS) {
                    sounds.remove();
                    countSound(false);
                }
                drain();
            });
        }
    }

    private void countSound(boolean sent) {
        SoundBroadcaster to = reports;
        if (to != null && sent) {
            to.countSent();
        } else if (to != null) {
            to.countDropped();
        }
    }

    /** Sends a text message once the connection can accept it; a queued message of the same topic is replaced. */
    void sendText(Topic topic, byte[] json) {
        inEventLoop(() -> {
            texts.put(topic, json);
            drain();
        });
    }

    /** Sends a ping once the connection can accept it. */
    void ping() {
        inEventLoop(() -> {
            pingDue = true;
            drain();
        });
    }

    @Override
    void drain() {
        if (!ending) {
            context().ifPresent(this::drainMessages);
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
                setPong(ping.content().retain());
                drain();
            } else if (message instanceof CloseWebSocketFrame close) {
                close(ctx, new CloseWebSocketFrame(replyStatus(close)));
            } else if (message instanceof BinaryWebSocketFrame ack && acknowledges && isAcknowledgement(ack)) {
                acknowledged(ack.content().readLong());
            } else if (message instanceof TextWebSocketFrame text && text.isFinalFragment()) {
                onText(ctx, text);
            } else if (message instanceof BinaryWebSocketFrame report && hears && isSoundReport(report)) {
                soundReport(report.content());
            } else if (message instanceof WebSocketFrame && !(message instanceof PongWebSocketFrame)) {
                reject(ctx, acknowledges ? "expected acknowledgements of 8 bytes" : "expected no binary messages");
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onText(ChannelHandlerContext ctx, TextWebSocketFrame text) {
        try {
            JsonNode message = JsonTrees.JSON.read(text.text());
            String type = message.path("type").asText();
            switch (type) {
                case "view" -> view = Optional.of(ViewSize.parse(message));
                case "video" -> requestVideo(VideoRequest.parse(message));
                default -> throw new IllegalArgumentException("message type: expected view or video");
            }
        } catch (JsonProcessingException e) {
            reject(ctx, "expected JSON");
        } catch (IllegalArgumentException e) {
            reject(ctx, String.valueOf(e.getMessage()));
        }
    }

    private void requestVideo(VideoRequest request) {
        if (request.codecs().isEmpty()) {
            answerVideo("", "");
            return;
        }
        try {
            if (!acknowledges) {
                throw new IllegalStateException("video needs acknowledgements: connect with /ws?ack=1");
            }
            String codec = hub.openVideo();
            if (!request.codecs().contains(codec)) {
                throw new IllegalStateException("the client decodes none of: " + codec);
            }
            answerVideo(codec, "");
        } catch (IllegalStateException e) {
            answerVideo("", String.valueOf(e.getMessage()));
        }
    }

    private void answerVideo(String codec, String detail) {
        video = !codec.isEmpty();
        if (video && !joinedVideo) {
            joinedVideo = true;
            hub.stats().joined(ViewerStats.Transport.VIDEO);
        }
        byte[] answer = VideoRequest.answer(codec, detail);
        sendText(Topic.VIDEO, answer);
    }

    @Override
    public boolean wantsVideo() {
        return video;
    }

    @Override
    public void videoFailed(String detail) {
        inEventLoop(() -> answerVideo("", detail));
    }

    @Override
    ViewerStats.Transport transport() {
        return video ? ViewerStats.Transport.VIDEO : ViewerStats.Transport.WEBSOCKET;
    }

    private void reject(ChannelHandlerContext ctx, String reason) {
        close(ctx, new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE, reason));
    }

    @Override
    public Optional<ViewSize> view() {
        return view;
    }

    @Override
    void end(ChannelHandlerContext ctx, String reason) {
        close(ctx, new CloseWebSocketFrame(OPERATOR, reason));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        setPong(null);
    }

    private void setPong(@Nullable ByteBuf content) {
        if (pong != null) {
            pong.release();
        }
        pong = content;
    }

    private void drainMessages(ChannelHandlerContext ctx) {
        ByteBuf content = pong;
        if (content != null && ctx.channel().isWritable()) {
            pong = null;
            write(ctx, new PongWebSocketFrame(content));
        }
        if (pingDue && ctx.channel().isWritable()) {
            pingDue = false;
            write(ctx, new PingWebSocketFrame());
        }
        while (!sounds.isEmpty() && ctx.channel().isWritable()) {
            write(ctx, new BinaryWebSocketFrame(Unpooled.wrappedBuffer(sounds.remove())));
            countSound(true);
        }
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

    private static boolean isSoundReport(BinaryWebSocketFrame frame) {
        ByteBuf content = frame.content();
        return frame.isFinalFragment()
                && content.readableBytes() == SOUND_REPORT_BYTES
                && content.getInt(content.readerIndex()) == SOUND_REPORT;
    }

    private void soundReport(ByteBuf content) {
        SoundBroadcaster to = reports;
        if (to != null) {
            int at = content.readerIndex();
            to.report(this, content.getInt(at + Integer.BYTES), content.getInt(at + 2 * Integer.BYTES));
        }
    }

    private static boolean isAcknowledgement(BinaryWebSocketFrame frame) {
        ByteBuf content = frame.content();
        return frame.isFinalFragment() && content.readableBytes() == Long.BYTES;
    }

    private static WebSocketCloseStatus replyStatus(CloseWebSocketFrame close) {
        return close.statusCode() == -1
                ? WebSocketCloseStatus.NORMAL_CLOSURE
                : WebSocketCloseStatus.valueOf(close.statusCode());
    }

    private static void write(ChannelHandlerContext ctx, WebSocketFrame message) {
        NettyChannels.write(ctx, message);
        ctx.flush();
    }

    private void close(ChannelHandlerContext ctx, CloseWebSocketFrame closeFrame) {
        if (ending) {
            closeFrame.release();
            return;
        }
        ending = true;
        ctx.writeAndFlush(closeFrame).addListener(ChannelFutureListener.CLOSE);
        // A stalled peer never receives the close frame.
        closeWithin(CLOSE_TIMEOUT_MILLIS);
    }
}
