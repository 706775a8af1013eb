package io.bev.avatar.exporter.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** HTTP client for Unix domain sockets. Uses HTTP/1.0, so that the response ends with the connection. */
final class UnixSocketHttp {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int BUFFER_SIZE = 8192;

    /** An HTTP response. */
    record Answer(int status, String body) {}

    private UnixSocketHttp() {}

    /** Sends a GET request; an interrupt aborts it. */
    static Answer get(Path socket, String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            boolean unused = channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer request = ByteBuffer.wrap(
                    ("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) {
                int sent = channel.write(request);
                if (sent < 0) {
                    throw new IOException("the server closed the connection");
                }
            }
            return parse(readAll(channel));
        }
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_SIZE);
        while (channel.read(buffer) >= 0) {
            answer.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (answer.size() > MAX_BYTES) {
                throw new IOException("response larger than " + MAX_BYTES + " bytes");
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    private static Answer parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        String[] first = text.split("[ \r]", 3);
        if (end < 0 || first.length < 3 || !first[0].startsWith("HTTP/") || !first[1].matches("\\d{3}")) {
            throw new IOException("response is not HTTP");
        }
        return new Answer(Integer.parseInt(first[1]), text.substring(end + 4));
    }
}
