package io.bev.avatar.e2e.systemd;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A viewer at {@code /ws}, run inside a machine: {@code java -cp CLASSES ...Viewer ws://HOST:PORT/ws}. Reconnects
 * whenever the connection ends. Prints {@code CONNECTION STATE} for each frame with a new state, and {@code CONNECTION lost}.
 */
final class Viewer implements WebSocket.Listener {

    private static final int STATE_OFFSET = 16;
    private static final long RETRY_MILLIS = 200;

    private final int connection;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long state = -1;

    private Viewer(int connection) {
        this.connection = connection;
    }

    /** Never returns. */
    public static void main(String[] arguments) throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        for (int connection = 1; ; ) {
            Viewer viewer = new Viewer(connection);
            try {
                client.newWebSocketBuilder()
                        .buildAsync(URI.create(arguments[0]), viewer)
                        .join();
                viewer.ended.join();
                System.out.println(connection + " lost");
                connection++;
            } catch (CompletionException e) {
                // Not reachable yet.
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        // The header is in the first part of a message; later parts of a JPEG cannot start with its magic number.
        if (data.remaining() > STATE_OFFSET + Long.BYTES && data.getShort(data.position()) == 0x4241) {
            long shown = data.getLong(data.position() + STATE_OFFSET);
            if (shown != state) {
                state = shown;
                System.out.println(connection + " " + state);
            }
        }
        socket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        ended.complete(null);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        ended.complete(null);
    }
}
