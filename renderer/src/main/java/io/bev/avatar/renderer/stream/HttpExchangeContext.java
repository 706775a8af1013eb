package io.bev.avatar.renderer.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Arrays;
import java.util.Optional;

/** A request accepted by the guard, with its body and the connection for the response. */
final class HttpExchangeContext {

    /** Response side of the connection; exactly one method is called, once, in the event loop. */
    interface Connection {
        void reply(HttpExchangeContext exchange, Reply reply);

        /** Responds with 101 or 200 and hands the connection to a joined viewer. */
        void attachViewer(HttpExchangeContext exchange, FrameViewer viewer);
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

    /** Whether the query contains exactly this parameter. */
    boolean hasParameter(String parameter) {
        int query = request.uri().indexOf('?');
        return query >= 0
                && Arrays.asList(request.uri().substring(query + 1).split("&", -1))
                        .contains(parameter);
    }

    /** The value of a query parameter as it is, without decoding; empty if absent. */
    Optional<String> parameter(String name) {
        int query = request.uri().indexOf('?');
        return query < 0
                ? Optional.empty()
                : Arrays.stream(request.uri().substring(query + 1).split("&", -1))
                        .filter(pair -> pair.startsWith(name + "="))
                        .map(pair -> pair.substring(name.length() + 1))
                        .findFirst();
    }

    Optional<String> header(CharSequence name) {
        return Optional.ofNullable(request.headers().get(name));
    }

    /** Sends the response; callable from any thread. */
    void reply(Reply reply) {
        context.executor().execute(() -> connection.reply(this, reply));
    }

    /** Hands the connection to a joined viewer. Must be called in the event loop. */
    void attachViewer(FrameViewer viewer) {
        connection.attachViewer(this, viewer);
    }
}
