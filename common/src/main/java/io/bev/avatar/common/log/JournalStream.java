package io.bev.avatar.common.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Detects whether standard error is connected to systemd's journal. */
final class JournalStream {

    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private JournalStream() {}

    /**
     * Whether the device and inode that systemd names in {@code JOURNAL_STREAM} are those of standard error: a process that was
     * started by a service inherits the variable, but may write elsewhere.
     */
    static boolean connected(Map<String, String> environment) {
        return connected(environment.getOrDefault("JOURNAL_STREAM", ""), STANDARD_ERROR);
    }

    static boolean connected(String stream, Path descriptor) {
        if (stream.isEmpty()) {
            return false;
        }
        try {
            Map<String, Object> file = Files.readAttributes(descriptor, "unix:dev,ino");
            return stream.equals(file.get("dev") + ":" + file.get("ino"));
        } catch (IOException | UnsupportedOperationException e) {
            // Without /proc the destination is unknown; text suits every destination.
            return false;
        }
    }
}
