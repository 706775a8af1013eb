package io.bev.avatar.common.process;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Listening TCP socket, from {@code /proc/net/tcp} and {@code tcp6}.
 *
 * @param port local port
 * @param uid owner
 * @param inode inode of the socket
 */
public record ListeningSocket(int port, long uid, long inode) {

    private static final String LISTEN = "0A";
    private static final int FIELD_LOCAL = 1;
    private static final int FIELD_STATE = 3;
    private static final int FIELD_UID = 7;
    private static final int FIELD_INODE = 9;

    /** Limit of a table of sockets, enough for 100,000. */
    private static final int MAX_TABLE_BYTES = 16 << 20;

    /** Sockets listening on {@code port}, on any address. */
    public static List<ListeningSocket> on(int port, Path proc) throws IOException {
        List<ListeningSocket> found = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Path file = proc.resolve(table);
            if (Files.exists(file)) {
                for (ListeningSocket socket : parse(BoundedFiles.readLines(file, MAX_TABLE_BYTES))) {
                    if (socket.port() == port) {
                        found.add(socket);
                    }
                }
            }
        }
        return found;
    }

    static List<ListeningSocket> parse(List<String> lines) {
        List<ListeningSocket> sockets = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > FIELD_INODE && fields[FIELD_STATE].equals(LISTEN)) {
                String local = fields[FIELD_LOCAL];
                sockets.add(new ListeningSocket(
                        Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), 16),
                        Long.parseLong(fields[FIELD_UID]),
                        Long.parseLong(fields[FIELD_INODE])));
            }
        }
        return sockets;
    }

    /** The process that owns the socket; empty if this user may not read that process's file descriptors. */
    public Optional<Path> process(Path proc) throws IOException {
        String link = "socket:[" + inode + "]";
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process.resolve("fd"), link)) {
                    return Optional.of(process);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path descriptors, String link) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(descriptors)) {
            for (Path file : files) {
                if (Files.readSymbolicLink(file).toString().equals(link)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // exited, closed the file, or not accessible
        }
        return false;
    }
}
