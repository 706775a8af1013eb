package io.bev.avatar.common.process;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/**
 * Name of this host, as in {@code uname -n}.
 *
 * @param full name as set on the host, with or without a domain; {@code localhost} if unknown
 */
public record HostName(String full) {

    private static final String UNKNOWN = "localhost";

    /** Reads the name from procfs; on a system without it, asks the JDK. */
    public static HostName read(Path procPath) {
        try {
            String name = BoundedFiles.readString(procPath.resolve("sys/kernel/hostname"))
                    .strip();
            return new HostName(name.isEmpty() ? UNKNOWN : name);
        } catch (IOException withoutProcfs) {
            return new HostName(ofSystem());
        }
    }

    private static String ofSystem() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // The name has no address: the message is "name: reason".
            String message = String.valueOf(e.getMessage());
            int end = message.indexOf(':');
            return end > 0 ? message.substring(0, end) : UNKNOWN;
        }
    }

    /** Name without domain: value of the Prometheus label {@code instance}. */
    public String instance() {
        return full.split("\\.", 2)[0];
    }
}
