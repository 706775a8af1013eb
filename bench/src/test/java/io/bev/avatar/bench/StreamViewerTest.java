package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.bench.StreamViewer.Kind;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamViewerTest {

    private final ByteBuffer buffer = ByteBuffer.allocate(7);
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** A WebSocket message with the frame header of the stream and {@code extra} bytes. */
    private static byte[] frame(long sequence, long millis, int extra) {
        int length = 32 + extra;
        ByteBuffer message = ByteBuffer.allocate(10 + length);
        message.put((byte) 0x82);
        if (length < 126) {
            message.put((byte) length);
        } else if (length < 65_536) {
            message.put((byte) 126).putShort((short) length);
        } else {
            message.put((byte) 127).putLong(length);
        }
        int start = message.position();
        message.putLong(start + 8, sequence).putInt(start + 28, (int) millis);
        byte[] bytes = new byte[start + length];
        message.get(0, bytes);
        return bytes;
    }

    private Socket accept() throws IOException {
        Socket socket = server.accept();
        socket.getOutputStream()
                .write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private void read(StreamViewer viewer, int frames) throws IOException {
        while (viewer.frames() < frames && !viewer.closed()) {
            viewer.read(buffer);
        }
    }

    @Test
    void frames_ofAllLengths_areCountedMeasuredAndAcknowledged() throws Exception {
        try (StreamViewer viewer = StreamViewer.connect(server.getLocalPort(), Kind.NORMAL);
                Socket socket = accept()) {
            OutputStream out = socket.getOutputStream();
            long now = System.currentTimeMillis();
            out.write(new byte[] {(byte) 0x81, 2, '{', '}'});
            out.write(frame(7, now - 1000, 3));
            out.write(new byte[] {(byte) 0x89, 0});
            out.write(frame(8, now - 1000, 1000));
            out.write(frame(9, now - 1000, 70_000));
            read(viewer, 3);

            assertThat(viewer.frames()).isEqualTo(3);
            assertThat(viewer.ageMillis().median()).isBetween(1000.0, 15_000.0);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] request = in.readNBytes(requestBytes());
            assertThat(new String(request, StandardCharsets.US_ASCII))
                    .startsWith("GET /ws?ack=1 ")
                    .endsWith("\r\n\r\n");
            for (long sequence = 7; sequence < 10; sequence++) {
                assertThat(in.readUnsignedShort()).isEqualTo(0x8288);
                assertThat(in.readInt()).isZero();
                assertThat(in.readLong()).isEqualTo(sequence);
            }
        }
    }

    private int requestBytes() {
        return ("GET /ws?ack=1 HTTP/1.1\r\nHost: 127.0.0.1:" + server.getLocalPort()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .length();
    }

    @Test
    void videoViewer_asksForVideo_andCountsItsFramesAndBytes() throws Exception {
        try (StreamViewer viewer = StreamViewer.connect(server.getLocalPort(), Kind.VIDEO);
                Socket socket = accept()) {
            byte[] video = frame(1, 0, 68);
            video[video.length - 100 + 3] = 3;
            socket.getOutputStream().write(video);
            socket.getOutputStream().write(frame(2, 0, 168));
            read(viewer, 2);

            assertThat(viewer.videoFrames()).isEqualTo(1);
            assertThat(viewer.frameBytes()).isEqualTo(300);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readNBytes(requestBytes());
            assertThat(in.readUnsignedShort()).isEqualTo(0x81a1);
            assertThat(in.readInt()).isZero();
            assertThat(new String(in.readNBytes(33), StandardCharsets.US_ASCII))
                    .isEqualTo("{\"type\":\"video\",\"codecs\":[\"vp8\"]}");
        }
    }

    @Test
    void stalledViewer_readsNothingAfterItsFirstFrame() throws Exception {
        try (StreamViewer viewer = StreamViewer.connect(server.getLocalPort(), Kind.STALLED);
                Socket socket = accept()) {
            socket.getOutputStream().write(frame(1, 0, 0));
            read(viewer, 1);
            socket.getOutputStream().write(frame(2, 0, 0));
            for (int i = 0; i < 100; i++) {
                viewer.read(buffer);
            }
            assertThat(viewer.frames()).isEqualTo(1);
        }
    }

    @Test
    void closeMessage_andEndOfConnection_areNoticed() throws Exception {
        try (StreamViewer viewer = StreamViewer.connect(server.getLocalPort(), Kind.NORMAL)) {
            try (Socket socket = accept()) {
                socket.getOutputStream().write(new byte[] {(byte) 0x88, 2, 0x0f, (byte) 0xa0});
                read(viewer, 1);
            }
            assertThat(viewer.closed()).isTrue();
        }
    }
}
