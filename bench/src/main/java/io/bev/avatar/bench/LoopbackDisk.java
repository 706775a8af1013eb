package io.bev.avatar.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of 32 MB in a file, mounted where something shall run out of room. Needs root and loop devices. */
final class LoopbackDisk implements AutoCloseable {

    private static final long BYTES = 32L << 20;

    private final Path folder;
    private final String reason;
    private boolean mounted;

    private LoopbackDisk(Path folder, String reason) {
        this.folder = folder;
        this.reason = reason;
        this.mounted = reason.isEmpty();
    }

    /**
     * Mounts it where that is allowed; otherwise {@link #fill} fails with the reason.
     *
     * @param image file to hold it; replaced
     * @param folder where it is mounted
     */
    static LoopbackDisk mount(Path image, Path folder) throws InterruptedException {
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(image);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(BYTES);
            }
            StackClient.runWell("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
            StackClient.runWell("mount", "-o", "loop", image.toString(), folder.toString());
            return new LoopbackDisk(folder, "");
        } catch (IOException e) {
            return without(folder, "no file system of its own could be mounted: " + e.getMessage());
        }
    }

    /** No disk: {@link #fill} fails with {@code reason}. */
    static LoopbackDisk without(Path folder, String reason) {
        return new LoopbackDisk(folder, reason);
    }

    /** Leaves no byte free. */
    void fill() throws IOException {
        if (!reason.isEmpty()) {
            throw new Fault.NotPossibleException(reason);
        }
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast())) {
            for (long written = 0; written < BYTES; written += block.length) {
                out.write(block);
            }
        } catch (IOException e) {
            return; // full, as wanted
        }
        throw new IOException(folder + " took more than its size: is it mounted?");
    }

    void empty() throws IOException {
        Files.deleteIfExists(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    /** Unmounts it, once: an interrupted process closes it from two threads. */
    @Override
    public synchronized void close() throws IOException {
        try {
            if (mounted) {
                StackClient.runWell("umount", folder.toString());
                mounted = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it stays mounted until the next run finds it
        }
    }
}
