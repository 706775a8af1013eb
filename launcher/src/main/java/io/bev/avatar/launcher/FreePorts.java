package io.bev.avatar.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Ports that nothing listens on now, below those that the kernel assigns to connections. Another process may take one before it
 * is used.
 */
public final class FreePorts {

    private static final int FIRST = 15_000;
    private static final int COUNT = 15_000;
    private static final int MAX_ATTEMPTS = 1_000;

    private FreePorts() {}

    /** {@code count} different free ports of the loopback address. */
    public static int[] take(int count) throws IOException {
        int[] ports = new int[count];
        List<ServerSocket> held = new ArrayList<>();
        Random random = new Random();
        try {
            for (int attempt = 0; held.size() < count; attempt++) {
                int port = FIRST + random.nextInt(COUNT);
                try {
                    // All stay open until the last is found, so that no port comes twice.
                    held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
                    ports[held.size() - 1] = port;
                } catch (IOException e) {
                    if (attempt >= MAX_ATTEMPTS) {
                        throw new IOException("no free port found from " + FIRST + " to " + (FIRST + COUNT - 1), e);
                    }
                }
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return ports;
    }
}
