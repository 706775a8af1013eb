package io.bev.avatar.cds;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Loopback ports without a listener, below the kernel's ephemeral range, so that no outgoing connection takes one. Another process
 * may take a port before it is used.
 */
public final class FreePorts {

    private static final int FIRST = 15_000;
    private static final int COUNT = 15_000;
    private static final int MAX_ATTEMPTS = 1_000;

    private final Random random = new Random();
    private final Set<Integer> issued = new HashSet<>();

    /** {@code count} different ports. */
    public static int[] take(int count) throws IOException {
        FreePorts ports = new FreePorts();
        int[] taken = new int[count];
        for (int i = 0; i < count; i++) {
            taken[i] = ports.next();
        }
        return taken;
    }

    /** A port that this object has not returned before. */
    int next() throws IOException {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            int port = FIRST + random.nextInt(COUNT);
            if (issued.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port found from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException inUse) {
            return false;
        }
    }
}
