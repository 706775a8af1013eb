package io.bev.avatar.renderer.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Arrays;
import java.util.Optional;

/** One request that passed the guard, with its body, and the way to answer it. */
final class HttpExchangeContext {

    /** What the connection does with an answer; both in the event loop, one of them once. */
    interface Connection {
        void reply(HttpExchangeContext exchange, Reply reply);

        /** Answers 101 or 200 and turns the connection over to a viewer that has joined. */
        void watch(HttpExchangeContext exchange, FrameViewer viewer);
    }

    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final byte[] body;
    private final Connection connection;

    HttpExchangeContext(ChannelHandlerContext context, HttpRequest request, byte[] body, Connection connection) {
        this.context = context;
        this.request = request;
        this.body = body;
        this.connection = connection;
    }

    ChannelHandlerContext context() {
        return context;
    }

    HttpRequest request() {
        return request;
    }

    byte[] body() {
        return body;
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    boolean isPost() {
        return request.method().equals(HttpMethod.POST);
    }

    /** The path without query. */
    String path() {
        return path(request);
    }

    static String path(HttpRequest request) {
        String target = request.uri();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Whether the query has the parameter, exactly as written. */
    boolean hasParameter(String parameter) {
        int query = request.uri().indexOf('?');
        return query >= 0
                && Arrays.asList(request.uri().substring(query + 1).split("&", -1))
                        .contains(parameter);
    }

    Optional<String> header(CharSequence name) {
        return Optional.ofNullable(request.headers().get(name));
    }

    /** Answers; from any thread. */
    void reply(Reply reply) {
        context.executor().execute(() -> connection.reply(this, reply));
    }

    /** Turns the connection into that of a viewer who has joined. In the event loop. */
    void watch(FrameViewer viewer) {
        connection.watch(this, viewer);
    }
}
