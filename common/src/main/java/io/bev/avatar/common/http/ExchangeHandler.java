package io.bev.avatar.common.http;

import com.sun.net.httpserver.HttpContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one request at a time from a connection, runs its handler on the server's executor and sends the response in
 * slices, each after the client has accepted the one before. The next request is read after the response was sent.
 */
final class ExchangeHandler extends SimpleChannelInboundHandler<HttpObject> {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeHandler.class);

    private static final int MAX_DISCARDED_BYTES = 1 << 20;
    private static final int SLICE_BYTES = 64 << 10;

    private final BoundedHttpServer server;
    private final ConnectionGuard guard;
    private @Nullable HttpRequest head;
    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private boolean discarding;
    private boolean inputEnded;
    /** From the end of a request to the end of its response. */
    private boolean responding;

    private int discardedBytes;

    ExchangeHandler(BoundedHttpServer server, ConnectionGuard guard) {
        this.server = server;
        this.guard = guard;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        nextRequest(ctx);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (discarding) {
            discard(ctx, message);
        } else if (message instanceof HttpRequest request) {
            onHead(ctx, request);
        } else if (message instanceof HttpContent content && head != null) {
            onContent(ctx, head, content);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection {} failed: {}", ctx.channel().remoteAddress(), cause.toString());
        close(ctx);
    }

    /** A client may end its side after the last request and still read the response. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (!responding) {
                close(ctx);
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    private void nextRequest(ChannelHandlerContext ctx) {
        head = null;
        responding = false;
        guard.idle();
        ctx.read();
    }

    private void onHead(ChannelHandlerContext ctx, HttpRequest request) {
        head = request;
        Optional<RequestGuard.Rejection> rejection = rejection(request);
        if (rejection.isPresent()) {
            discarding = true;
            reject(ctx, request, rejection.get());
            return;
        }
        if (HttpUtil.getContentLength(request, 0L) > server.maxBodyBytes()) {
            discarding = true;
            dispatch(ctx, request, new byte[0]);
            return;
        }
        guard.receivingBody();
        if (HttpUtil.is100ContinueExpected(request)) {
            write(ctx, new DefaultFullHttpResponse(request.protocolVersion(), HttpResponseStatus.CONTINUE));
        }
        ctx.read();
    }

    private Optional<RequestGuard.Rejection> rejection(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Optional.of(malformed(request.decoderResult().cause()));
        }
        Optional<RequestGuard.Rejection> form =
                RequestGuard.checkForm(request.uri(), name -> request.headers().getAll(name));
        if (form.isEmpty() && guard.isReserved() && !server.isMonitoring(path(request.uri()))) {
            return Optional.of(new RequestGuard.Rejection(503, "too many connections: retry later"));
        }
        return form;
    }

    private static RequestGuard.Rejection malformed(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new RequestGuard.Rejection(414, "request line too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new RequestGuard.Rejection(431, "headers too large");
        }
        return new RequestGuard.Rejection(400, "not a valid HTTP request");
    }

    private static String path(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private void onContent(ChannelHandlerContext ctx, HttpRequest request, HttpContent content) {
        int length = content.content().readableBytes();
        if (content.decoderResult().isFailure() || body.size() + length > server.maxBodyBytes()) {
            discarding = true;
            reject(ctx, request, new RequestGuard.Rejection(400, "malformed body"));
            return;
        }
        guard.hold(length);
        byte[] bytes = new byte[length];
        content.content().readBytes(bytes);
        body.writeBytes(bytes);
        if (content instanceof LastHttpContent) {
            byte[] complete = body.toByteArray();
            body = new ByteArrayOutputStream(0);
            dispatch(ctx, request, complete);
        } else {
            ctx.read();
        }
    }

    private void dispatch(ChannelHandlerContext ctx, HttpRequest request, byte[] complete) {
        responding = true;
        guard.serving();
        BufferedExchange exchange;
        try {
            URI uri = new URI(request.uri());
            if (uri.getHost() != null || uri.getPath() == null) {
                throw new URISyntaxException(request.uri(), "not a path");
            }
            HttpContext context = server.contextOf(uri.getPath()).orElse(null);
            if (context == null) {
                reject(ctx, request, new RequestGuard.Rejection(404, "not found"));
                return;
            }
            exchange = new BufferedExchange(this, ctx, request, uri, complete, context);
        } catch (URISyntaxException e) {
            reject(ctx, request, new RequestGuard.Rejection(400, "invalid request target"));
            return;
        }
        try {
            server.getExecutor().execute(() -> run(exchange));
        } catch (RejectedExecutionException e) {
            reject(ctx, request, new RequestGuard.Rejection(503, "too many concurrent requests: retry later"));
        }
    }

    private static void run(BufferedExchange exchange) {
        try {
            exchange.getHttpContext().getHandler().handle(exchange);
        } catch (IOException e) {
            LOG.debug("{} failed: {}", exchange.getRequestURI(), e.getMessage());
            exchange.close();
        } catch (RuntimeException e) {
            LOG.error("{} failed", exchange.getRequestURI().getPath(), e);
            exchange.close();
        }
    }

    private void reject(ChannelHandlerContext ctx, HttpRequest request, RequestGuard.Rejection rejection) {
        byte[] text = (rejection.reason() + "\n").getBytes(StandardCharsets.UTF_8);
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(rejection.status()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (rejection.status() == 503) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        respond(ctx, request, response, text, 0);
    }

    /**
     * Sends a response, in the event loop.
     *
     * @param consumed bytes of the request body that are no longer held
     */
    void respond(ChannelHandlerContext ctx, HttpRequest request, HttpResponse response, byte[] content, int consumed) {
        guard.release(consumed);
        HttpHeaders headers = response.headers();
        boolean closing = discarding
                || !HttpUtil.isKeepAlive(request)
                || headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        if (closing) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        boolean bodiless =
                request.method().name().equals("HEAD") || response.status().code() == 304;
        if (!bodiless) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, content.length);
        }
        byte[] sent = bodiless ? new byte[0] : content;
        responding = true;
        guard.hold(sent.length);
        guard.sending();
        write(ctx, response);
        sendFrom(ctx, sent, 0, closing);
    }

    private void sendFrom(ChannelHandlerContext ctx, byte[] content, int offset, boolean closing) {
        int length = Math.min(SLICE_BYTES, content.length - offset);
        ByteBuf slice = Unpooled.wrappedBuffer(content, offset, length);
        int end = offset + length;
        boolean last = end == content.length;
        ctx.writeAndFlush(
                        last
                                ? new io.netty.handler.codec.http.DefaultLastHttpContent(slice)
                                : new DefaultHttpContent(slice))
                .addListener(written -> {
                    if (!written.isSuccess()) {
                        close(ctx);
                    } else if (!last) {
                        sendFrom(ctx, content, end, closing);
                    } else {
                        guard.release(content.length);
                        finish(ctx, closing);
                    }
                });
    }

    private void finish(ChannelHandlerContext ctx, boolean closing) {
        responding = false;
        if (discarding && !inputEnded && head != null && !head.decoderResult().isFailure()) {
            guard.receivingBody();
            ctx.read(); // a client that still sends would get a reset in place of the response
        } else if (closing || inputEnded) {
            close(ctx);
        } else {
            nextRequest(ctx);
        }
    }

    private void discard(ChannelHandlerContext ctx, HttpObject message) {
        if (message instanceof HttpContent content) {
            discardedBytes += content.content().readableBytes();
        }
        if (message instanceof LastHttpContent || discardedBytes > MAX_DISCARDED_BYTES) {
            close(ctx);
        } else {
            ctx.read();
        }
    }

    private static void write(ChannelHandlerContext ctx, Object message) {
        ctx.writeAndFlush(message).addListener(io.netty.channel.ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    static void close(ChannelHandlerContext ctx) {
        ctx.close().addListener(closed -> {
            if (!closed.isSuccess()) {
                LOG.debug("connection did not close cleanly: {}", String.valueOf(closed.cause()));
            }
        });
    }
}
