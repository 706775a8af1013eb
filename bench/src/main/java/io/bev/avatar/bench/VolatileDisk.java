package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An ext4 file system on a disk with a volatile write cache: a loop device on an NBD server, which keeps what was written in memory
 * until the file system flushes the device. {@link #cut} loses the cache, as a power cut does. Requires root, FUSE, loop devices,
 * nbdkit and nbdfuse.
 */
final class VolatileDisk implements AutoCloseable {

    private static final long BYTES = 64L << 20;

    private final Sandbox sandbox;
    private final Path image;
    private final Path socket;
    private final Path device;
    private final Path mountPoint;
    private final List<ChildProcess> servers = new ArrayList<>();
    private boolean mounted;

    private VolatileDisk(Sandbox sandbox, Path directory) {
        this.sandbox = sandbox;
        this.image = directory.resolve("disk.img");
        this.socket = directory.resolve("nbd.socket");
        this.device = directory.resolve("nbd.img");
        this.mountPoint = directory.resolve("mount");
    }

    /** Creates an empty file system and mounts it. */
    static VolatileDisk mount(Sandbox sandbox) throws IOException, InterruptedException, LaunchException {
        for (String command : List.of("nbdkit", "nbdfuse", "mkfs.ext4")) {
            if (Installation.find(command).isEmpty()) {
                throw new LaunchException(
                        ExitCodes.UNAVAILABLE, command + " is missing: apt-get install nbdkit libnbd-bin e2fsprogs");
            }
        }
        Path directory = Files.createDirectories(sandbox.directory().resolve("disk"));
        VolatileDisk disk = new VolatileDisk(sandbox, directory.toRealPath());
        try (RandomAccessFile file = new RandomAccessFile(disk.image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        StackClient.runChecked("mkfs.ext4", "-q", "-F", "-m", "0", disk.image.toString());
        Files.createDirectories(disk.mountPoint);
        Files.createFile(disk.device);
        try {
            disk.start();
        } catch (IOException e) {
            disk.close();
            throw new LaunchException(ExitCodes.UNAVAILABLE, "cannot mount a file system: " + e.getMessage());
        }
        return disk;
    }

    Path mountPoint() {
        return mountPoint;
    }

    /** Loses what was not flushed. Processes that use the disk must have ended. */
    void cut() throws IOException, InterruptedException {
        if (!servers.isEmpty()) {
            servers.get(0).kill();
            if (mounted) {
                StackClient.runChecked("umount", "--lazy", mountPoint.toString());
                mounted = false;
            }
            if (servers.size() > 1) {
                StackClient.runChecked("umount", "--lazy", device.toString());
            }
            servers.forEach(ChildProcess::close);
            servers.clear();
        }
    }

    /** Mounts it; the file system recovers by its journal. */
    void start() throws IOException, InterruptedException {
        Files.deleteIfExists(socket);
        servers.add(sandbox.start(
                "nbdkit",
                List.of(
                        "nbdkit",
                        "--foreground",
                        "--unix",
                        socket.toString(),
                        "--filter=cache",
                        "file",
                        image.toString(),
                        "cache=writeback"),
                Map.of()));
        servers.get(0).awaitReady(() -> Files.exists(socket), Sandbox.READY_TIMEOUT);
        servers.add(
                sandbox.start("nbdfuse", List.of("nbdfuse", device.toString(), "--unix", socket.toString()), Map.of()));
        servers.get(1).awaitReady(() -> device.toFile().length() == BYTES, Sandbox.READY_TIMEOUT);
        StackClient.runChecked("mount", "-o", "loop", device.toString(), mountPoint.toString());
        mounted = true;
    }

    @Override
    public void close() throws IOException {
        try {
            cut();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
