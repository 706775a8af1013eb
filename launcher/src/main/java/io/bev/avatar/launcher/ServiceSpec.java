package io.bev.avatar.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A service of the stack.
 *
 * @param name as shown and as named in the log directory
 * @param command executable and arguments
 * @param environment variables in addition to the inherited ones
 * @param ready readiness check
 * @param url address for the user
 * @param log file for its output
 * @param timeout maximum time to become ready
 * @param restartDelay wait before the first restart after a crash; doubles up to 30 s, reset after a stable minute
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

    /** Check whether a service is ready. */
    @FunctionalInterface
    interface Readiness {
        /** @throws LaunchException when its configuration prevents it from becoming ready */
        boolean test() throws InterruptedException, LaunchException;
    }

    ServiceSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** The same service with more environment variables, which take precedence. */
    ServiceSpec withEnvironment(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return new ServiceSpec(name, command, all, ready, url, log, timeout, restartDelay);
    }
}
