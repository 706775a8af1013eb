package io.bev.avatar.bench;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.io.IOException;
import java.util.Map;

/** A client that changes the avatar's emotion once per second. */
final class StateTraffic implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 1000;

    private final Thread thread;

    /** @param page base URL of the renderer's page */
    StateTraffic(StackClient client, String page) {
        thread = DaemonThreads.start("state-traffic", () -> run(client, page));
    }

    private static void run(StackClient client, String page) {
        boolean happy = false;
        try {
            while (true) {
                happy = !happy;
                try {
                    client.post(page + "/state", Map.of("emotion", happy ? "happy" : "focused", "intensity", 0.5), "");
                } catch (IOException e) {
                    // The renderer is unreachable or rejects the update because a fault is injected. The next update
                    // follows regardless.
                }
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
