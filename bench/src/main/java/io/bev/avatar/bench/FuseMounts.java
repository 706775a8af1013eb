package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** FUSE mounts of {@code bindfs} whose server processes can be stopped: then {@code statvfs} does not return. */
final class FuseMounts implements AutoCloseable {

    /** More than the exporter has threads for mounts. */
    static final int COUNT = 20;

    /** Name of each mount point, followed by its number. */
    static final String NAME = "fuse-mount-";

    private final List<ChildProcess> servers = new ArrayList<>();
    private final List<Path> mountPoints = new ArrayList<>();

    private FuseMounts() {}

    /** Mounts {@link #COUNT} of them; see {@link #mount(Sandbox, int)}. */
    static Optional<FuseMounts> mount(Sandbox sandbox) throws IOException, InterruptedException {
        return mount(sandbox, COUNT);
    }

    /** Mounts {@code count} of them below {@code sandbox}; empty if bindfs is not installed or this user cannot mount. */
    static Optional<FuseMounts> mount(Sandbox sandbox, int count) throws IOException, InterruptedException {
        Optional<Path> bindfs = Installation.find("bindfs");
        if (bindfs.isEmpty() || !Files.isReadable(Path.of("/dev/fuse"))) {
            return Optional.empty();
        }
        Path source = Files.createDirectories(sandbox.directory().resolve("fuse-source"));
        FuseMounts mounts = new FuseMounts();
        try {
            for (int i = 0; i < count; i++) {
                Path point = Files.createDirectories(sandbox.directory().resolve(NAME + i))
                        .toRealPath();
                ChildProcess server = sandbox.start(
                        "bindfs",
                        List.of(bindfs.get().toString(), "-f", source.toString(), point.toString()),
                        Map.of());
                mounts.servers.add(server);
                mounts.mountPoints.add(point);
                server.awaitReady(() -> mounted(point), Sandbox.READY_TIMEOUT);
            }
        } catch (IOException e) {
            mounts.close();
            return Optional.empty();
        }
        return Optional.of(mounts);
    }

    private static boolean mounted(Path point) {
        try {
            return Files.readString(Path.of("/proc/self/mounts")).contains(" " + point + " ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Their lines of {@code /proc/self/mounts}. */
    String lines() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1)) {
            if (mountPoints.contains(Path.of(line.split(" ", -1)[1]))) {
                lines.append(line).append('\n');
            }
        }
        return lines.toString();
    }

    /** Stops or continues all servers, by a signal's name. */
    void signal(String signal) throws IOException, InterruptedException {
        for (ChildProcess server : servers) {
            server.signal(signal);
        }
    }

    @Override
    public void close() {
        servers.forEach(ChildProcess::close);
        for (Path point : mountPoints) {
            try {
                // Lazily: a query may be in progress.
                new ProcessBuilder("umount", "-l", point.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
