package io.bev.avatar.common.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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

    /** Sockets listening on {@code port}, on any address. */
    public static List<ListeningSocket> on(int port, Path proc) throws IOException {
        List<ListeningSocket> found = new ArrayList<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            Path file = proc.resolve(table);
            if (Files.exists(file)) {
                // By line: the table has one for each of the host's connections.
                try (BufferedReader lines = new BufferedReader(
                        new InputStreamReader(Files.newInputStream(file), StandardCharsets.US_ASCII))) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        parse(line).filter(socket -> socket.port() == port).ifPresent(found::add);
                    }
                }
            }
        }
        return found;
    }

    /** The socket of a line; empty for other states and the header. */
    static Optional<ListeningSocket> parse(String line) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length <= FIELD_INODE || !fields[FIELD_STATE].equals(LISTEN)) {
            return Optional.empty();
        }
        String local = fields[FIELD_LOCAL];
        return Optional.of(new ListeningSocket(
                Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), 16),
                Long.parseLong(fields[FIELD_UID]),
                Long.parseLong(fields[FIELD_INODE])));
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

    /** The file descriptor of this process for a socket that listens on {@code port}; empty if there is none. */
    public static OptionalInt ownDescriptor(int port, Path proc) throws IOException {
        List<String> links = on(port, proc).stream()
                .map(socket -> "socket:[" + socket.inode() + "]")
                .toList();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(proc.resolve("self/fd"))) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file)
                        && links.contains(Files.readSymbolicLink(file).toString())) {
                    return OptionalInt.of(Integer.parseInt(String.valueOf(file.getFileName())));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return OptionalInt.empty();
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
