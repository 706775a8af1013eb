package io.bev.avatar.common.process;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Name of this host, as in {@code uname -n}.
 *
 * @param full name as set on the host, with or without a domain; {@code localhost} if unknown
 */
public record HostName(String full) {

    private static final String UNKNOWN = "localhost";

    /** Reads the name from procfs. */
    public static HostName read(Path procPath) {
        try {
            String name = BoundedFiles.readString(procPath.resolve("sys/kernel/hostname"))
                    .strip();
            return new HostName(name.isEmpty() ? UNKNOWN : name);
        } catch (IOException e) {
            return new HostName(UNKNOWN);
        }
    }

    /** Name without domain: value of the Prometheus label {@code instance}. */
    public String instance() {
        return full.split("\\.", 2)[0];
    }
}
