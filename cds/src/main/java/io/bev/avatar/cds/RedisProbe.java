package io.bev.avatar.cds;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Detects a Redis server on a loopback port with a PING. */
public final class RedisProbe {

    private static final int TIMEOUT_MILLIS = 1000;
    private static final int PREFIX_BYTES = 5;

    /** Starts of the replies to PING: ready, password required, loading. */
    private static final Set<String> REPLIES = Set.of("+PONG", "-NOAU", "-LOAD");

    private RedisProbe() {}

    /** Whether Redis replies within a second, even if it requires a password or is still loading. */
    public static boolean replies(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(PREFIX_BYTES);
            return REPLIES.contains(new String(start, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return false;
        }
    }
}
