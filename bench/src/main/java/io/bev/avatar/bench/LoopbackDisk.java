package io.bev.avatar.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** File system of 32 MB in a file, mounted to be filled or made read-only. Requires root and loop devices. */
final class LoopbackDisk implements AutoCloseable {

    private static final long BYTES = 32L << 20;
    private static final int INODES = 1024;
    private static final String MANY = "many-files";

    private final Path directory;
    private final String reason;
    private boolean mounted;

    private LoopbackDisk(Path directory, String reason) {
        this.directory = directory;
        this.reason = reason;
        this.mounted = reason.isEmpty();
    }

    /**
     * Mounts the file system if permitted; otherwise {@link #fill} fails with the reason.
     *
     * @param image file of the file system; replaced
     * @param directory mount point
     */
    static LoopbackDisk mount(Path image, Path directory) throws InterruptedException {
        try {
            Files.createDirectories(directory);
            Files.deleteIfExists(image);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(BYTES);
            }
            StackClient.runChecked(
                    "mkfs.ext4", "-q", "-F", "-m", "0", "-N", Integer.toString(INODES), image.toString());
            StackClient.runChecked("mount", "-o", "loop", image.toString(), directory.toString());
            return new LoopbackDisk(directory, "");
        } catch (IOException e) {
            return without(directory, "cannot mount a file system: " + e.getMessage());
        }
    }

    /** No disk: {@link #fill} fails with {@code reason}. */
    static LoopbackDisk without(Path directory, String reason) {
        return new LoopbackDisk(directory, reason);
    }

    Path directory() {
        return directory;
    }

    /** Whether it is mounted. */
    boolean isMounted() {
        return mounted;
    }

    private void requireMounted() throws Fault.NotPossibleException {
        if (!reason.isEmpty()) {
            throw new Fault.NotPossibleException(reason);
        }
    }

    /** Mounts it again, read-only or writable. */
    void remount(boolean readOnly) throws IOException, InterruptedException {
        requireMounted();
        StackClient.runChecked("mount", "-o", "remount," + (readOnly ? "ro" : "rw"), directory.toString());
    }

    /** Appends {@code bytes} to a file. */
    void grow(int bytes) throws IOException {
        requireMounted();
        Files.write(filler(), new byte[bytes], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Uses all inodes. */
    void fillInodes() throws IOException {
        requireMounted();
        Path files = Files.createDirectories(directory.resolve(MANY));
        try {
            for (int i = 0; i <= 4 * INODES; i++) {
                Files.createFile(files.resolve(Integer.toString(i)));
            }
        } catch (IOException e) {
            return; // none left, as intended
        }
        throw new IOException(directory + " accepted more files than it has inodes");
    }

    /** Fills the file system completely. */
    void fill() throws IOException {
        requireMounted();
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler())) {
            for (long written = 0; written < BYTES; written += block.length) {
                out.write(block);
            }
        } catch (IOException e) {
            return; // full, as intended
        }
        throw new IOException(directory + " accepted more than its size; expected a mounted file system of 32 MB");
    }

    void empty() throws IOException {
        Files.deleteIfExists(filler());
        Path files = directory.resolve(MANY);
        if (Files.exists(files)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(files)) {
                for (Path file : all) {
                    Files.delete(file);
                }
            }
            Files.delete(files);
        }
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    /** Unmounts it once: on interruption, two threads close it. */
    @Override
    public synchronized void close() throws IOException {
        try {
            if (mounted) {
                StackClient.runChecked("umount", directory.toString());
                mounted = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next run unmounts it
        }
    }
}
