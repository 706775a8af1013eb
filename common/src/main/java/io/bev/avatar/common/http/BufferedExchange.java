package io.bev.avatar.common.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A complete request; its response is sent as a whole. */
final class BufferedExchange extends HttpExchange {

    private final ExchangeHandler connection;
    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final URI uri;
    private final int bodyBytes;
    private final HttpContext httpContext;
    private final Headers requestHeaders = new Headers();
    private final Headers responseHeaders = new Headers();
    private final Map<String, Object> attributes = new HashMap<>();
    private InputStream input;
    private OutputStream output = new Body(0);
    private volatile int status = -1;
    private boolean sent;

    BufferedExchange(
            ExchangeHandler connection,
            ChannelHandlerContext context,
            HttpRequest request,
            URI uri,
            byte[] body,
            HttpContext httpContext) {
        this.connection = connection;
        this.context = context;
        this.request = request;
        this.uri = uri;
        this.bodyBytes = body.length;
        this.httpContext = httpContext;
        this.input = new ByteArrayInputStream(body);
        request.headers().forEach(header -> requestHeaders.add(header.getKey(), header.getValue()));
    }

    @Override
    public Headers getRequestHeaders() {
        return requestHeaders;
    }

    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public URI getRequestURI() {
        return uri;
    }

    @Override
    public String getRequestMethod() {
        return request.method().name();
    }

    @Override
    public HttpContext getHttpContext() {
        return httpContext;
    }

    @Override
    public InputStream getRequestBody() {
        return input;
    }

    @Override
    public OutputStream getResponseBody() {
        return output;
    }

    @Override
    public synchronized void sendResponseHeaders(int code, long length) throws IOException {
        if (status != -1) {
            throw new IOException("response headers were already sent");
        }
        status = code;
        if (length < 0) {
            send(new byte[0]);
        } else {
            output = new Body(length);
        }
    }

    private synchronized void send(byte[] content) {
        if (sent) {
            return;
        }
        sent = true;
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        responseHeaders.forEach((name, values) -> response.headers().add(name, values));
        context.executor().execute(() -> connection.respond(context, request, response, content, bodyBytes));
    }

    /** Sends the response; closes the connection if there is none or it is incomplete. */
    @Override
    public void close() {
        try {
            output.close();
        } catch (IOException incomplete) {
            // the connection is closed below
        }
        synchronized (this) {
            if (!sent) {
                sent = true;
                ExchangeHandler.close(context);
            }
        }
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return (InetSocketAddress) context.channel().remoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return (InetSocketAddress) context.channel().localAddress();
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public String getProtocol() {
        return request.protocolVersion().text();
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return attributes.get(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        attributes.put(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        input = in == null ? input : in;
        output = out == null ? output : out;
    }

    @Override
    public @Nullable HttpPrincipal getPrincipal() {
        return null;
    }

    /** The response body: sent once it has the stated length, or when it is closed if none was stated. */
    private final class Body extends OutputStream {

        private final long length;
        private final ByteArrayOutputStream collected = new ByteArrayOutputStream(0);

        /** @param length 0 if unknown */
        Body(long length) {
            this.length = length;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            if (length > 0 && collected.size() + count > length) {
                throw new IOException("response longer than the stated " + length + " bytes");
            }
            if (count == length && offset == 0 && count == bytes.length) {
                send(bytes);
                return;
            }
            collected.write(bytes, offset, count);
            if (length > 0 && collected.size() == length) {
                send(collected.toByteArray());
            }
        }

        @Override
        public void close() throws IOException {
            if (status != -1 && length == 0) {
                send(collected.toByteArray());
            } else if (status != -1 && collected.size() > 0 && collected.size() < length) {
                throw new IOException("response shorter than the stated " + length + " bytes");
            }
        }
    }
}
