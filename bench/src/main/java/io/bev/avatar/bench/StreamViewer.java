package io.bev.avatar.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A viewer on a WebSocket: counts frames, measures their age at receipt, and acknowledges them. It decodes nothing, so that
 * many of them take little time. Not thread-safe.
 */
final class StreamViewer implements AutoCloseable {

    /** Behaviour of a viewer. */
    enum Kind {
        NORMAL,
        /** Reads at most {@value #SLOW_BYTES_PER_SECOND} bytes per second. */
        SLOW,
        /** Reads nothing once it is connected. */
        STALLED,
        /** Asks for video of low bandwidth. */
        VIDEO
    }

    private static final int SLOW_BYTES_PER_SECOND = 100_000;
    private static final int FRAME_HEADER = 32;
    private static final int FLAGS_OFFSET = 3;
    private static final int VIDEO = 1;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int TIME_OFFSET = 28;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private final Kind kind;
    private final SocketChannel channel;
    private final ByteBuffer start = ByteBuffer.allocate(FRAME_HEADER);
    private final ByteBuffer acknowledgement = ByteBuffer.allocate(14);
    private final Samples ageMillis = new Samples();
    private final long connectedNanos = System.nanoTime();

    /** Bytes of {@link #END_OF_HEAD} seen; all of them after the handshake. */
    private int headSeen;

    private int opcode;
    private int lengthBytes = -1;
    private long remaining;
    private long readBytes;
    private long frames;
    private long frameBytes;
    private long videoFrames;
    private boolean closed;

    private StreamViewer(Kind kind, SocketChannel channel) {
        this.kind = kind;
        this.channel = channel;
    }

    /** Connects to the page's port on 127.0.0.1. */
    static StreamViewer connect(int port, Kind kind) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (kind == Kind.SLOW || kind == Kind.STALLED) {
            channel.socket().setReceiveBufferSize(16 << 10);
        }
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String request = "GET /ws?ack=1 HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        return new StreamViewer(kind, channel);
    }

    SocketChannel channel() {
        return channel;
    }

    Kind kind() {
        return kind;
    }

    /** Frames received since {@link #reset}. */
    long frames() {
        return frames;
    }

    /** Frames of video received since {@link #reset}, of {@link #frames}. */
    long videoFrames() {
        return videoFrames;
    }

    /** Bytes of the frames received since {@link #reset}, with their headers. */
    long frameBytes() {
        return frameBytes;
    }

    /** Whether the renderer closed the connection. */
    boolean closed() {
        return closed;
    }

    /** Ages of the frames received since {@link #reset}, in milliseconds. */
    Samples ageMillis() {
        return ageMillis;
    }

    void reset() {
        frames = 0;
        frameBytes = 0;
        videoFrames = 0;
        ageMillis.clear();
    }

    /** Reads what is there, at the rate of the viewer's kind. */
    void read(ByteBuffer buffer) throws IOException {
        long seconds = Math.max(1, (System.nanoTime() - connectedNanos) / 1_000_000_000L);
        boolean limited =
                kind == Kind.STALLED ? frames > 0 : kind == Kind.SLOW && readBytes > seconds * SLOW_BYTES_PER_SECOND;
        if (limited) {
            return;
        }
        buffer.clear();
        int count = channel.read(buffer);
        if (count < 0) {
            closed = true;
            return;
        }
        readBytes += count;
        buffer.flip();
        while (buffer.hasRemaining()) {
            consume(buffer);
        }
    }

    private void consume(ByteBuffer in) throws IOException {
        if (headSeen < END_OF_HEAD.length) {
            headSeen = in.get() == END_OF_HEAD[headSeen] ? headSeen + 1 : 0;
            if (headSeen == END_OF_HEAD.length && kind == Kind.VIDEO) {
                requestVideo();
            }
        } else if (lengthBytes < 0) {
            opcode = in.get() & 0x0f;
            lengthBytes = 0;
            remaining = -1;
        } else if (remaining < 0) {
            int length = in.get() & 0x7f;
            lengthBytes = length == 126 ? 2 : length == 127 ? Long.BYTES : 0;
            remaining = lengthBytes == 0 ? length : 0;
            start.clear();
            endIfEmpty();
        } else if (lengthBytes > 0) {
            remaining = remaining << 8 | (in.get() & 0xff);
            lengthBytes--;
            endIfEmpty();
        } else {
            payload(in);
        }
    }

    /** A text message, masked with zeros. */
    private void requestVideo() throws IOException {
        byte[] text = "{\"type\":\"video\",\"codecs\":[\"vp8\"]}".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer message = ByteBuffer.allocate(6 + text.length);
        message.put((byte) 0x81)
                .put((byte) (0x80 | text.length))
                .putInt(0)
                .put(text)
                .flip();
        while (message.hasRemaining()) {
            channel.write(message);
        }
    }

    private void payload(ByteBuffer in) throws IOException {
        int count = (int) Math.min(remaining, in.remaining());
        for (int i = 0; i < count && start.hasRemaining(); i++) {
            start.put(in.get(in.position() + i));
        }
        in.position(in.position() + count);
        remaining -= count;
        if (opcode == BINARY) {
            frameBytes += count;
        }
        endIfEmpty();
    }

    private void endIfEmpty() throws IOException {
        if (remaining > 0 || lengthBytes > 0) {
            return;
        }
        lengthBytes = -1;
        closed |= opcode == CLOSE;
        if (opcode == BINARY && !start.hasRemaining()) {
            frames++;
            videoFrames += start.get(FLAGS_OFFSET) & VIDEO;
            // The header has the lower 32 bits of the time.
            ageMillis.add((int) System.currentTimeMillis() - start.getInt(TIME_OFFSET));
            acknowledge(start.getLong(SEQUENCE_OFFSET));
        }
    }

    /** A binary message of 8 bytes, masked with zeros. */
    private void acknowledge(long sequence) throws IOException {
        acknowledgement.clear();
        acknowledgement
                .put((byte) 0x82)
                .put((byte) 0x88)
                .putInt(0)
                .putLong(sequence)
                .flip();
        while (acknowledgement.hasRemaining()) {
            channel.write(acknowledgement);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
