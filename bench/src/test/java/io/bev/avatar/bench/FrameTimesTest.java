package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FrameTimesTest {

    private final ScrapeOverheadBenchmark.FrameTimes frames = new ScrapeOverheadBenchmark.FrameTimes();
    private final WebSocket socket = new Socket();

    @Test
    void frame_returnsRenderTime() {
        frames.onBinary(socket, frame(12_345), true);

        assertThat(frames.take()).containsExactly(12.345);
        assertThat(frames.take()).isEmpty();
    }

    @Test
    void continuationOfFrame_isNotAnotherFrame() {
        frames.onBinary(socket, frame(5000), false);
        frames.onBinary(socket, frame(7000), true);
        frames.onBinary(socket, frame(9000), true);

        assertThat(frames.take()).containsExactly(5.0, 9.0);
    }

    @Test
    void otherMessage_isIgnored() {
        frames.onBinary(socket, ByteBuffer.allocate(64), true);

        assertThat(frames.take()).isEmpty();
    }

    private static ByteBuffer frame(int micros) {
        return ByteBuffer.allocate(40)
                .putShort(0, (short) 0x4241)
                .put(2, (byte) 1)
                .putInt(4, micros);
    }

    /** WebSocket that only accepts requests for more messages. */
    private static final class Socket implements WebSocket {

        @Override
        public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void request(long n) {}

        @Override
        public String getSubprotocol() {
            return "";
        }

        @Override
        public boolean isOutputClosed() {
            return false;
        }

        @Override
        public boolean isInputClosed() {
            return false;
        }

        @Override
        public void abort() {}
    }
}
