package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.http.ConnectionGuard;
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
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles HTTP on one connection: one request at a time, read after the previous response was sent. A rejected
 * request is answered before its body is read; the body is discarded, up to a limit, so that the client receives the
 * response instead of a reset.
 */
final class RequestHandler extends SimpleChannelInboundHandler<HttpObject> implements HttpExchangeContext.Connection {

    /** Maximum size of a POST body. */
    static final int MAX_BODY_BYTES = 64 << 10;

    private static final int MAX_DISCARDED_BYTES = 1 << 20;
    private static final int MAX_CLIENT_FRAME_BYTES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    private final RequestGuard guard;
    private final HttpRoutes endpoints;
    private final ConnectionGuard connection;

    private @Nullable HttpRequest request;
    private @Nullable CompositeByteBuf body;
    private boolean discarding;
    private int discardedBytes;

    RequestHandler(RequestGuard guard, HttpRoutes endpoints, ConnectionGuard connection) {
        this.guard = guard;
        this.endpoints = endpoints;
        this.connection = connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        nextRequest(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        releaseBody();
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
        LOG.debug("connection {} failed: {}", ctx.channel().remoteAddress(), cause.toString());
        NettyChannels.close(ctx);
    }

    private void onHead(ChannelHandlerContext ctx, HttpRequest head) {
        request = head;
        Optional<Reply> rejection = rejection(ctx, head);
        if (rejection.isPresent() && (head.decoderResult().isFailure() || bodyFollows(head))) {
            rejectEarly(ctx, rejection.get());
            return;
        }
        body = ctx.alloc().compositeBuffer(64);
        connection.receivingBody();
        if (rejection.isEmpty() && HttpUtil.is100ContinueExpected(head)) {
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
            rejectEarly(ctx, Reply.error(400, "malformed body"));
            return;
        }
        connection.hold(content.content().readableBytes());
        collected.addComponent(true, content.content().retain());
        if (!(content instanceof LastHttpContent)) {
            ctx.read();
            return;
        }
        connection.serving();
        byte[] bytes = ByteBufUtil.getBytes(collected);
        releaseBody();
        HttpExchangeContext exchange = new HttpExchangeContext(ctx, head, bytes, this);
        Optional<Reply> rejection = rejection(ctx, head);
        if (rejection.isPresent()) {
            reply(exchange, rejection.get());
        } else {
            handle(exchange);
        }
    }

    private void handle(HttpExchangeContext exchange) {
        try {
            endpoints.handle(exchange);
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", exchange.request().method(), exchange.path(), e);
            reply(exchange, Reply.error(500, "internal error: see the renderer's log"));
        }
    }

    /** The error response if the request must be rejected, determined from its head only. */
    private Optional<Reply> rejection(ChannelHandlerContext ctx, HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            return Optional.of(malformed(head.decoderResult().cause()));
        }
        Optional<Rejection> formRejection =
                RequestGuard.checkForm(head.uri(), name -> head.headers().getAll(name));
        if (formRejection.isPresent()) {
            return formRejection.map(RequestHandler::reply);
        }
        if (connection.isReserved() && !endpoints.isMonitoring(HttpExchangeContext.path(head))) {
            return Optional.of(
                    Reply.error(503, "too many connections: retry later").with("Retry-After", "1"));
        }
        Optional<Rejection> sourceRejection =
                guard.checkSource(name -> head.headers().get(name));
        if (sourceRejection.isPresent()) {
            return sourceRejection.map(RequestHandler::reply);
        }
        Optional<Reply> routingError = endpoints.routingError(head.method(), HttpExchangeContext.path(head));
        if (routingError.isPresent() || !head.method().equals(HttpMethod.POST)) {
            return routingError;
        }
        return guard.checkJsonPost(head.method().name(), name -> head.headers().get(name), MAX_BODY_BYTES)
                .or(() -> endpoints.updateRejection(head.headers().get(HttpHeaderNames.AUTHORIZATION), client(ctx)))
                .map(RequestHandler::reply);
    }

    private static String client(ChannelHandlerContext ctx) {
        return ctx.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "unknown";
    }

    private static Reply reply(Rejection rejection) {
        Reply reply = Reply.error(rejection.status(), rejection.reason());
        return switch (rejection.status()) {
            // A browser asks for the password.
            case 401 -> reply.with("WWW-Authenticate", "Basic realm=\"avatar\", charset=\"UTF-8\"");
            case 429 -> reply.with("Retry-After", "1");
            default -> reply;
        };
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

    /** Responds before reading the body, then discards it until it ends, exceeds the limit, or the deadline expires. */
    private void rejectEarly(ChannelHandlerContext ctx, Reply reply) {
        boolean broken = request == null || request.decoderResult().isFailure();
        boolean head = request != null && request.method().equals(HttpMethod.HEAD);
        releaseBody();
        discarding = true;
        FullHttpResponse response = reply.toResponse(head);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        connection.sending();
        ctx.writeAndFlush(response).addListener(written -> {
            if (broken || !written.isSuccess()) {
                NettyChannels.close(ctx);
            } else {
                connection.receivingBody();
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
        connection.release(exchange.body().length);
        connection.sending();
        ctx.writeAndFlush(response).addListener(written -> {
            if (keepAlive && written.isSuccess()) {
                nextRequest(ctx);
            } else {
                NettyChannels.close(ctx);
            }
        });
    }

    @Override
    public void attachViewer(HttpExchangeContext exchange, FrameViewer viewer) {
        if (viewer instanceof WebSocketViewer) {
            upgrade(exchange, viewer);
            return;
        }
        ChannelHandlerContext ctx = exchange.context();
        NettyChannels.write(ctx, MjpegViewer.head());
        NettyChannels.write(ctx, new DefaultHttpContent(MjpegViewer.opening()));
        ctx.flush();
        installViewer(ctx, viewer);
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
                    installViewer(ctx, viewer);
                } else {
                    NettyChannels.close(ctx);
                }
            });
        } catch (WebSocketHandshakeException e) {
            LOG.debug("handshake with {} failed", ctx.channel().remoteAddress(), e);
            NettyChannels.close(ctx);
        } finally {
            full.release();
        }
    }

    private void installViewer(ChannelHandlerContext ctx, FrameViewer viewer) {
        connection.streaming();
        ChannelPipeline pipeline = ctx.pipeline();
        ctx.channel().config().setAutoRead(true);
        pipeline.replace(this, "viewer", viewer);
        pipeline.remove(FlowControlHandler.class);
        endpoints.viewerConnected(viewer);
    }

    private void nextRequest(ChannelHandlerContext ctx) {
        request = null;
        connection.idle();
        ctx.read();
    }

    private void releaseBody() {
        CompositeByteBuf collected = body;
        if (collected != null) {
            collected.release();
            body = null;
        }
    }
}
