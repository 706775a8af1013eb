package io.bev.avatar.exporter.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 connection (RFC 9112), one request at a time. An interrupt closes it. */
final class HttpConnection implements AutoCloseable {

    /** The server closed a reused connection before sending any response byte. */
    static final class StaleException extends IOException {
        private static final long serialVersionUID = 1L;

        StaleException(@Nullable Throwable cause) {
            super("the connection was closed", cause);
        }
    }

    private static final int MAX_LINE = 8192;
    private static final int MAX_HEADERS = 100;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final SocketChannel channel;
    private final Socket socket;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int limit;
    private boolean used;
    private long deadlineNanos;

    private HttpConnection(SocketChannel channel) {
        this.channel = channel;
        this.socket = channel.socket();
    }

    /** @throws ConnectException if the connection is refused */
    static HttpConnection open(String host, int port, long deadlineNanos) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port);
        if (address.isUnresolved()) {
            throw new ConnectException("cannot resolve host " + host);
        }
        HttpConnection connection = new HttpConnection(SocketChannel.open());
        try {
            connection.socket.connect(address, millisTo(deadlineNanos));
            connection.socket.setTcpNoDelay(true);
            return connection;
        } catch (ConnectException e) {
            connection.close();
            ConnectException plain = new ConnectException("connection refused");
            plain.initCause(e);
            throw plain;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    /** @param enough whether the body read so far is sufficient; null to read to the end */
    HttpAnswer exchange(HttpRequest request, long deadline, int maxBytes, @Nullable Predicate<String> enough)
            throws IOException {
        deadlineNanos = deadline;
        boolean reused = used;
        used = true;
        try {
            socket.getOutputStream().write(message(request));
            if (position == limit && !fill()) {
                throw new StaleException(null);
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw reused && !Thread.currentThread().isInterrupted() ? new StaleException(e) : e;
        }
        int status = status(line());
        Map<String, List<String>> fields = fields();
        while (status / 100 == 1) {
            status = status(line());
            fields = fields();
        }
        Body body = new Body(maxBytes, enough);
        boolean ended = read(body, status, fields);
        boolean reusable = ended && position == limit && !has(fields, "connection", "close");
        return new HttpAnswer(request, status, HttpHeaders.of(fields, (name, value) -> true), body.text(), reusable);
    }

    private static byte[] message(HttpRequest request) throws IOException {
        URI uri = request.uri();
        StringBuilder head = new StringBuilder(256);
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        head.append(request.method()).append(' ').append(path);
        if (uri.getRawQuery() != null) {
            head.append('?').append(uri.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority()).append("\r\nUser-Agent: avatar-exporter\r\n");
        request.headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        byte[] content = request.bodyPublisher().map(HttpConnection::content).orElse(new byte[0]);
        if (request.bodyPublisher().isPresent()) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream(head.length() + content.length + 2);
        message.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        message.write(content);
        return message.toByteArray();
    }

    /** Collects the content of an in-memory publisher. */
    private static byte[] content(HttpRequest.BodyPublisher publisher) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        publisher.subscribe(new Flow.Subscriber<ByteBuffer>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer part) {
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                content.writeBytes(copy);
            }

            @Override
            public void onError(Throwable failure) {
                throw new IllegalArgumentException("an in-memory request body cannot fail", failure);
            }

            @Override
            public void onComplete() {}
        });
        return content.toByteArray();
    }

    private static int status(String line) throws IOException {
        String[] parts = line.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-5]\\d\\d")) {
            throw new IOException("the server does not speak HTTP/1.1");
        }
        return Integer.parseInt(parts[1]);
    }

    private Map<String, List<String>> fields() throws IOException {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int count = 0; count < MAX_HEADERS; count++) {
            String line = line();
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("response header without a name");
            }
            fields.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        throw new IOException("response with more than " + MAX_HEADERS + " headers");
    }

    private static boolean has(Map<String, List<String>> fields, String name, String value) {
        return fields.getOrDefault(name, List.of()).stream().anyMatch(given -> given.equalsIgnoreCase(value));
    }

    /**
     * Reads the body.
     *
     * @return true if it was read to its end and the connection can be reused
     */
    private boolean read(Body body, int status, Map<String, List<String>> fields) throws IOException {
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            return true;
        }
        if (has(fields, "transfer-encoding", "chunked")) {
            return chunks(body);
        }
        List<String> lengths = fields.getOrDefault("content-length", List.of());
        if (lengths.isEmpty()) {
            while (position < limit || fill()) {
                if (body.consume(limit - position)) {
                    break;
                }
            }
            return false;
        }
        return part(body, length(lengths.get(0), 10));
    }

    private boolean chunks(Body body) throws IOException {
        while (true) {
            String size = line();
            int extension = size.indexOf(';');
            long length = length((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
            if (length == 0) {
                fields();
                return true;
            }
            if (!part(body, length)) {
                return false;
            }
            if (!line().isEmpty()) {
                throw new IOException("response chunk exceeds its declared length");
            }
        }
    }

    private static long length(String text, int radix) throws IOException {
        try {
            return Long.parseUnsignedLong(text, radix) & Long.MAX_VALUE;
        } catch (NumberFormatException e) {
            throw new IOException("invalid length in the response", e);
        }
    }

    /** Reads {@code length} bytes of the body; false if the body was sufficient earlier. */
    private boolean part(Body body, long length) throws IOException {
        long left = length;
        while (left > 0) {
            if (position == limit && !fill()) {
                throw new IOException("response ended prematurely");
            }
            int count = (int) Math.min(left, limit - position);
            left -= count;
            if (body.consume(count)) {
                return false;
            }
        }
        return true;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(80);
        while (line.length() < MAX_LINE) {
            if (position == limit && !fill()) {
                throw new IOException("response ended prematurely");
            }
            char c = (char) (buffer[position++] & 0xff);
            if (c == '\n') {
                int end = line.length();
                return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
            }
            line.append(c);
        }
        throw new IOException("response line longer than " + MAX_LINE + " bytes");
    }

    /** Refills the empty buffer; false at the end of the stream. */
    private boolean fill() throws IOException {
        socket.setSoTimeout(millisTo(deadlineNanos));
        position = 0;
        limit = Math.max(0, socket.getInputStream().read(buffer));
        return limit > 0;
    }

    private static int millisTo(long deadlineNanos) throws SocketTimeoutException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("deadline exceeded");
        }
        return (int) Math.min(Integer.MAX_VALUE, left / 1_000_000 + 1);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing to do; the connection is discarded anyway.
        }
    }

    /** Body read so far. */
    private final class Body {

        private final int maxBytes;
        private final @Nullable Predicate<String> enough;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

        Body(int maxBytes, @Nullable Predicate<String> enough) {
            this.maxBytes = maxBytes;
            this.enough = enough;
        }

        /** Consumes {@code count} bytes from the buffer; true if the body is now sufficient. */
        boolean consume(int count) throws IOException {
            if (bytes.size() + count > maxBytes) {
                throw new IOException("response larger than " + maxBytes + " bytes");
            }
            bytes.write(buffer, position, count);
            position += count;
            return enough != null && enough.test(text());
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
