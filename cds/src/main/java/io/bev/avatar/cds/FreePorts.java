package io.bev.avatar.cds;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Free loopback ports below the kernel's ephemeral range, so that no outgoing connection takes one. */
final class FreePorts {

    private static final int FIRST = 15_000;
    private static final int COUNT = 15_000;

    private final Random random = new Random();
    private final Set<Integer> issued = new HashSet<>();

    int next() throws IOException {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = FIRST + random.nextInt(COUNT);
            if (issued.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port among " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException inUse) {
            return false;
        }
    }
}
