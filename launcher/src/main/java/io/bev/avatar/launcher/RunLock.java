package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lock that allows one {@code ./avatar up} per run directory; the kernel releases it with the process. */
final class RunLock implements AutoCloseable {

    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @param url address of the page of this run, shown to a second caller
     * @throws LaunchException when another run holds the directory
     */
    static RunLock acquire(Path runDirectory, String url) throws IOException, LaunchException {
        Path file = runDirectory.resolve("up.lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new LaunchException(
                    ExitCodes.TEMPORARY,
                    "already running: " + Files.readString(file).strip() + "; stop it there with Ctrl-C");
        }
        channel.truncate(0);
        String text = "pid " + ProcessHandle.current().pid() + ", page " + url + System.lineSeparator();
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        return new RunLock(channel);
    }

    /**
     * Writes the environment of the commands that examine this run, one {@code NAME=value} per line, beside the lock.
     *
     * @param environment values without line breaks
     */
    static void describe(Path runDirectory, Map<String, String> environment) throws IOException {
        StringBuilder lines = new StringBuilder();
        environment.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        Files.writeString(runDirectory.resolve("environment"), lines);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // already locked by this process
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
