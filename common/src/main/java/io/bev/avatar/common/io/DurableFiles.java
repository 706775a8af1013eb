package io.bev.avatar.common.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;

/** Replaces small files so that a crash or power cut leaves the old or the new content. */
public final class DurableFiles {

    private DurableFiles() {}

    /**
     * Replaces {@code file}, or a symbolic link in its place, by a file with this content, which is on disk on return. Creates the
     * directory. The content is first written to {@code NAME.new}: one writer at a time.
     *
     * @throws IOException if the write fails; the file is then unchanged
     */
    public static void replace(Path file, byte[] content) throws IOException {
        replace(file, content, file.resolveSibling(file.getFileName() + ".new"));
    }

    /** {@link #replace(Path, byte[])} with text as UTF-8. */
    public static void replace(Path file, String content) throws IOException {
        replace(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** {@link #replace(Path, byte[])} through a given temporary file in the same directory, for several writers. */
    public static void replace(Path file, byte[] content, Path temporary) throws IOException {
        Files.createDirectories(directory(file));
        Files.deleteIfExists(temporary); // left by a crash, or a link
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            write(channel, content);
            channel.force(true);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        forceDirectory(file);
    }

    private static void write(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Forces the name of a new, renamed or deleted file to disk. */
    public static void forceDirectory(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(directory(file), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Path directory(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
    }
}
