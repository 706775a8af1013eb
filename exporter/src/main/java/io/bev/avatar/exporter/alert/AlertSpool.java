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
 * Alert events that wait in a local file, one JSON text a line, until Redis takes them. Bounded; an append is on disk when it
 * returns; a line that a crash tore is left out. Used by one thread at a time.
 */
final class AlertSpool {

    private static final Logger LOG = LoggerFactory.getLogger(AlertSpool.class);

    private final Path file;
    private final int capacity;
    private final List<AlertEvent> waiting;

    /**
     * Takes up what an earlier process left.
     *
     * @param capacity most events
     * @throws IOException when the file is there and cannot be read
     */
    AlertSpool(Path file, int capacity) throws IOException {
        this.file = file;
        this.capacity = capacity;
        this.waiting = new ArrayList<>(read());
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
                LOG.warn("{}: a torn line is left out: {}", file, e.getMessage());
            }
        }
        if (!text.isEmpty() && !text.endsWith("\n")) {
            // The next append must not continue a torn line.
            rewrite(events);
        }
        return events;
    }

    int size() {
        return waiting.size();
    }

    /** The oldest events, at most {@code limit}. */
    List<AlertEvent> head(int limit) {
        return List.copyOf(waiting.subList(0, Math.min(limit, waiting.size())));
    }

    /** @throws IOException when the spool is full or the disk does not take it; none of the events is then kept */
    void append(List<AlertEvent> events) throws IOException {
        if (waiting.size() + events.size() > capacity) {
            throw new IOException(file + " is full with " + waiting.size() + " events: bring Redis back");
        }
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        boolean fresh = !Files.exists(file);
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
        if (fresh) {
            onDisk(file);
        }
        waiting.addAll(events);
    }

    /**
     * Removes the oldest {@code count} events.
     *
     * @throws IOException when the disk does not take that: only the next process finds them again
     */
    void remove(int count) throws IOException {
        waiting.subList(0, count).clear();
        rewrite(waiting);
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
        onDisk(file);
    }

    /** The name of a file is its folder's to keep. */
    private static void onDisk(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
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
