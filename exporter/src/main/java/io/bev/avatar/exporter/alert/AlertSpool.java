package io.bev.avatar.exporter.alert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounded queue of alert events in a local file, one JSON object per line, used until Redis accepts them. An append is
 * on disk when it returns; a line truncated by a crash is skipped. Not thread-safe.
 */
final class AlertSpool {

    private static final Logger LOG = LoggerFactory.getLogger(AlertSpool.class);

    private final Path file;
    private final int capacity;
    private final List<AlertEvent> queue;

    /**
     * Loads events left by an earlier process.
     *
     * @param capacity maximum number of events
     * @throws IOException if the file exists and cannot be read
     */
    AlertSpool(Path file, int capacity) throws IOException {
        this.file = file;
        this.capacity = capacity;
        this.queue = new ArrayList<>(read());
    }

    private List<AlertEvent> read() throws IOException {
        List<AlertEvent> events = new ArrayList<>();
        if (!Files.exists(file)) {
            return events;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            try {
                if (!line.isBlank()) {
                    events.add(AlertEvent.fromJson(line));
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: skipped a truncated line: {}", file, e.getMessage());
            }
        }
        if (!text.isEmpty() && !text.endsWith("\n")) {
            // The next append must not continue a truncated line.
            rewrite(events);
        }
        return events;
    }

    int size() {
        return queue.size();
    }

    /** The oldest events, at most {@code limit}. */
    List<AlertEvent> head(int limit) {
        return List.copyOf(queue.subList(0, Math.min(limit, queue.size())));
    }

    /** @throws IOException if the spool is full or the write fails; then none of the events is stored */
    void append(List<AlertEvent> events) throws IOException {
        if (queue.size() + events.size() > capacity) {
            throw new IOException(file + " is full with " + queue.size() + " events: restore the connection to Redis");
        }
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        boolean created = !Files.exists(file);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            long before = channel.size();
            try {
                write(channel, events);
            } catch (IOException e) {
                channel.truncate(before);
                throw e;
            }
        }
        if (created) {
            syncDirectory(file);
        }
        queue.addAll(events);
    }

    /**
     * Removes the oldest {@code count} events.
     *
     * @throws IOException if the write fails; the events then remain in the file until the next write or restart
     */
    void remove(int count) throws IOException {
        queue.subList(0, count).clear();
        rewrite(queue);
    }

    private void rewrite(List<AlertEvent> events) throws IOException {
        if (events.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            write(channel, events);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(file);
    }

    /** Syncs the directory entry of the file. */
    private static void syncDirectory(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private void write(FileChannel channel, List<AlertEvent> events) throws IOException {
        StringBuilder lines = new StringBuilder();
        events.forEach(event -> lines.append(event.toJson()).append('\n'));
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }
}
