package io.bev.avatar.exporter.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Asks an HTTP server on a Unix socket. Asks in HTTP/1.0, so that the answer ends with the connection. */
final class UnixSocketHttp {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int PIECE = 8192;

    /** An answer. */
    record Answer(int status, String body) {}

    private UnixSocketHttp() {}

    /** An interrupt ends it. */
    static Answer get(Path socket, String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            boolean unused = channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer request = ByteBuffer.wrap(
                    ("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) {
                int sent = channel.write(request);
                if (sent < 0) {
                    throw new IOException("it closed the connection");
                }
            }
            return parse(everything(channel));
        }
    }

    private static String everything(SocketChannel channel) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        while (channel.read(piece) >= 0) {
            answer.write(piece.array(), 0, piece.position());
            piece.clear();
            if (answer.size() > MAX_BYTES) {
                throw new IOException("an answer larger than " + MAX_BYTES + " bytes");
            }
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    private static Answer parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        String[] first = text.split("[ \r]", 3);
        if (end < 0 || first.length < 3 || !first[0].startsWith("HTTP/") || !first[1].matches("\\d{3}")) {
            throw new IOException("an answer that is not HTTP");
        }
        return new Answer(Integer.parseInt(first[1]), text.substring(end + 4));
    }
}
