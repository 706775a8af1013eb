package io.bev.avatar.launcher;

import io.bev.avatar.common.process.ListeningSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Process that listens on a TCP port.
 *
 * @param pid its process id
 * @param name its command name
 */
record PortOwner(long pid, String name) {

    private static final Path PROC = Path.of("/proc");

    /** Whether a process listens on the port, on any local address. */
    static boolean isTaken(int port) {
        try {
            return !ListeningSocket.on(port, PROC).isEmpty();
        } catch (IOException e) {
            return false; // without procfs, the service itself reports the conflict
        }
    }

    /** The listener of the port; empty without one, or if it belongs to another user. */
    static Optional<PortOwner> of(int port) {
        try {
            for (ListeningSocket socket : ListeningSocket.on(port, PROC)) {
                Optional<Path> process = socket.process(PROC);
                if (process.isPresent()) {
                    long pid = Long.parseLong(process.get().getFileName().toString());
                    return Optional.of(new PortOwner(
                            pid, Files.readString(process.get().resolve("comm")).strip()));
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // the process ended meanwhile
        }
        return Optional.empty();
    }

    /** {@code redis-server, pid 812}, or how to find it. */
    static String describe(int port) {
        return of(port).map(owner -> owner.name + ", pid " + owner.pid)
                .orElse("a process of another user; 'ss -ltnp' as root shows it");
    }
}
