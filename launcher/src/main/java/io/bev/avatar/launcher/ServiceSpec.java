package io.bev.avatar.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A service of the stack.
 *
 * @param name as shown and as named in the log directory
 * @param command program and arguments
 * @param environment variables set beside the inherited ones
 * @param ready answers whether it serves
 * @param url address for the user
 * @param log file for its output
 * @param timeout maximum time to become ready
 * @param restartDelay wait before the first restart after a crash; doubles up to 30 s, starts over after a stable minute
 */
record ServiceSpec(
        String name,
        List<String> command,
        Map<String, String> environment,
        Readiness ready,
        String url,
        Path log,
        Duration timeout,
        Duration restartDelay) {

    /** Whether a service can do its work. */
    @FunctionalInterface
    interface Readiness {
        /** @throws LaunchException when it never will, because of how it is set up */
        boolean test() throws InterruptedException, LaunchException;
    }

    ServiceSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
