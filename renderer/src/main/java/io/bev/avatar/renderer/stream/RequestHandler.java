package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks HTTP on one connection: one request at a time, read only when the one before is answered. A request that the guard
 * refuses is answered before its body is read; what follows of it is thrown away, up to a limit, so that the client sees
 * the answer instead of a reset.
 */
final class RequestHandler extends SimpleChannelInboundHandler<HttpObject> implements HttpExchangeContext.Connection {

    /** Largest body of a POST. */
    static final int MAX_BODY_BYTES = 64 << 10;

    private static final int MAX_DISCARDED_BYTES = 1 << 20;
    private static final int MAX_CLIENT_FRAME_BYTES = 1024;

    private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

    private final RequestGuard guard;
    private final HttpRoutes endpoints;
    private final long timeoutNanos;

    private @Nullable HttpRequest request;
    private @Nullable CompositeByteBuf body;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean discarding;
    private int discardedBytes;

    RequestHandler(RequestGuard guard, HttpRoutes endpoints, long timeoutNanos) {
        this.guard = guard;
        this.endpoints = endpoints;
        this.timeoutNanos = timeoutNanos;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        nextRequest(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        disarm();
        dropBody();
        ctx.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (discarding) {
            discard(ctx, message);
        } else if (message instanceof HttpRequest head) {
            onHead(ctx, head);
        } else if (message instanceof HttpContent content) {
            onContent(ctx, content);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("connection {} lost: {}", ctx.channel().remoteAddress(), cause.toString());
        NettyChannels.close(ctx);
    }

    private void onHead(ChannelHandlerContext ctx, HttpRequest head) {
        request = head;
        Optional<Reply> refusal = refusal(head);
        if (refusal.isPresent() && (head.decoderResult().isFailure() || bodyFollows(head))) {
            refuse(ctx, refusal.get());
            return;
        }
        body = ctx.alloc().compositeBuffer(64);
        if (refusal.isEmpty() && HttpUtil.is100ContinueExpected(head)) {
            NettyChannels.write(ctx, new DefaultFullHttpResponse(head.protocolVersion(), HttpResponseStatus.CONTINUE));
            ctx.flush();
        }
        ctx.read();
    }

    private static boolean bodyFollows(HttpRequest head) {
        return HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    }

    private void onContent(ChannelHandlerContext ctx, HttpContent content) {
        HttpRequest head = request;
        CompositeByteBuf collected = body;
        if (head == null || collected == null) {
            return;
        }
        if (content.decoderResult().isFailure()
                || collected.readableBytes() + content.content().readableBytes() > MAX_BODY_BYTES) {
            refuse(ctx, Reply.error(400, "malformed body"));
            return;
        }
        collected.addComponent(true, content.content().retain());
        if (!(content instanceof LastHttpContent)) {
            ctx.read();
            return;
        }
        disarm();
        byte[] bytes = ByteBufUtil.getBytes(collected);
        dropBody();
        HttpExchangeContext exchange = new HttpExchangeContext(ctx, head, bytes, this);
        Optional<Reply> refusal = refusal(head);
        if (refusal.isPresent()) {
            reply(exchange, refusal.get());
        } else {
            handle(exchange);
        }
    }

    private void handle(HttpExchangeContext exchange) {
        try {
            endpoints.handle(exchange);
        } catch (RuntimeException e) {
            log.error("{} {} failed", exchange.request().method(), exchange.path(), e);
            reply(exchange, Reply.error(500, "internal error: see the renderer's log"));
        }
    }

    /** What speaks against serving the request, from its head alone. */
    private Optional<Reply> refusal(HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            return Optional.of(malformed(head.decoderResult().cause()));
        }
        if (head.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
            return Optional.of(Reply.error(400, "more than one Host"));
        }
        Optional<Rejection> foreign = guard.checkSource(name -> head.headers().get(name));
        if (foreign.isPresent()) {
            return foreign.map(RequestHandler::reply);
        }
        Optional<Reply> misdirected = endpoints.misdirected(head.method(), head.uri(), HttpExchangeContext.path(head));
        if (misdirected.isPresent() || !head.method().equals(HttpMethod.POST)) {
            return misdirected;
        }
        return guard.checkJsonPost(head.method().name(), name -> head.headers().get(name), MAX_BODY_BYTES)
                .map(RequestHandler::reply);
    }

    private static Reply reply(Rejection rejection) {
        return Reply.error(rejection.status(), rejection.reason());
    }

    private static Reply malformed(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Reply.error(414, "request line longer than " + StreamServer.MAX_LINE_BYTES + " bytes");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return Reply.error(431, "headers larger than " + StreamServer.MAX_HEADER_BYTES + " bytes");
        }
        return Reply.error(400, "not a valid HTTP request");
    }

    /** Answers early, then reads what the client still sends until it ends, goes too far, or the deadline comes. */
    private void refuse(ChannelHandlerContext ctx, Reply reply) {
        boolean broken = request == null || request.decoderResult().isFailure();
        boolean head = request != null && request.method().equals(HttpMethod.HEAD);
        dropBody();
        discarding = true;
        FullHttpResponse response = reply.toResponse(head);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(written -> {
            if (broken || !written.isSuccess()) {
                NettyChannels.close(ctx);
            } else {
                ctx.read();
            }
        });
    }

    private void discard(ChannelHandlerContext ctx, HttpObject message) {
        if (message instanceof HttpContent content) {
            discardedBytes += content.content().readableBytes();
        }
        if (message instanceof LastHttpContent || discardedBytes > MAX_DISCARDED_BYTES) {
            NettyChannels.close(ctx);
        } else {
            ctx.read();
        }
    }

    @Override
    public void reply(HttpExchangeContext exchange, Reply reply) {
        ChannelHandlerContext ctx = exchange.context();
        boolean keepAlive = HttpUtil.isKeepAlive(exchange.request());
        FullHttpResponse response = reply.toResponse(exchange.isHead());
        HttpUtil.setKeepAlive(response, keepAlive);
        ctx.writeAndFlush(response).addListener(written -> {
            if (keepAlive && written.isSuccess()) {
                nextRequest(ctx);
            } else {
                NettyChannels.close(ctx);
            }
        });
    }

    @Override
    public void watch(HttpExchangeContext exchange, FrameViewer viewer) {
        if (viewer instanceof WebSocketViewer) {
            upgrade(exchange, viewer);
            return;
        }
        ChannelHandlerContext ctx = exchange.context();
        NettyChannels.write(ctx, MjpegViewer.head());
        NettyChannels.write(ctx, new DefaultHttpContent(MjpegViewer.opening()));
        ctx.flush();
        handOver(ctx, viewer);
    }

    private void upgrade(HttpExchangeContext exchange, FrameViewer viewer) {
        ChannelHandlerContext ctx = exchange.context();
        WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                        "ws://" + exchange.header(HttpHeaderNames.HOST).orElse("") + exchange.path(),
                        null,
                        WebSocketDecoderConfig.newBuilder()
                                .maxFramePayloadLength(MAX_CLIENT_FRAME_BYTES)
                                .build())
                .newHandshaker(exchange.request());
        FullHttpRequest full = new DefaultFullHttpRequest(
                exchange.request().protocolVersion(),
                exchange.request().method(),
                exchange.request().uri(),
                ctx.alloc().buffer(0),
                exchange.request().headers(),
                DefaultHttpHeadersFactory.trailersFactory().newHeaders());
        try {
            handshaker.handshake(ctx.channel(), full).addListener(done -> {
                if (done.isSuccess()) {
                    handOver(ctx, viewer);
                } else {
                    NettyChannels.close(ctx);
                }
            });
        } catch (WebSocketHandshakeException e) {
            log.debug("handshake with {} failed", ctx.channel().remoteAddress(), e);
            NettyChannels.close(ctx);
        } finally {
            full.release();
        }
    }

    private void handOver(ChannelHandlerContext ctx, FrameViewer viewer) {
        disarm();
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.remove(WriteTimeoutHandler.class);
        ctx.channel().config().setAutoRead(true);
        pipeline.replace(this, "viewer", viewer);
        pipeline.remove(FlowControlHandler.class);
        endpoints.watching(viewer);
    }

    private void nextRequest(ChannelHandlerContext ctx) {
        request = null;
        disarm();
        deadline = ctx.executor().schedule(() -> giveUp(ctx), timeoutNanos, TimeUnit.NANOSECONDS);
        ctx.read();
    }

    private static void giveUp(ChannelHandlerContext ctx) {
        NettyChannels.close(ctx);
    }

    private void disarm() {
        ScheduledFuture<?> armed = deadline;
        if (armed != null) {
            armed.cancel(false);
            deadline = null;
        }
    }

    private void dropBody() {
        CompositeByteBuf collected = body;
        if (collected != null) {
            collected.release();
            body = null;
        }
    }
}
