package io.bev.avatar.exporter.alert;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounded queue of alert events in a local file, one JSON object per line, used until Redis accepts them. An append is
 * on disk when it returns; a line truncated by a crash is skipped. Not thread-safe.
 */
final class AlertSpool {

    private static final Logger LOG = LoggerFactory.getLogger(AlertSpool.class);

    /** Limit of the file, and so of the memory of the queue, which has several times its size. */
    static final int MAX_BYTES = 4 << 20;

    private final Path file;
    private final int capacity;
    private final List<AlertEvent> queue;
    /** Whether the file has more than the queue: a failed append could not be undone. */
    private boolean torn;

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
        DurableFiles.forceDirectory(file); // the process that created it may have died before
        String text = new String(contents(), StandardCharsets.UTF_8);
        Iterator<String> lines = text.lines().iterator();
        while (lines.hasNext()) {
            String line = lines.next();
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

    private byte[] contents() throws IOException {
        try {
            return BoundedFiles.readBytes(file, MAX_BYTES);
        } catch (IOException e) {
            throw new IOException(
                    "the queue of alerts cannot be read (" + ErrorText.of(e)
                            + "): move the file away and restart the exporter;"
                            + " Alertmanager sends alerts that are still active again",
                    e);
        }
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
        ByteBuffer bytes = ByteBuffer.wrap(bytes(events));
        boolean exists = Files.exists(file);
        if (queue.size() + events.size() > capacity
                || (exists ? Files.size(file) : 0) + bytes.remaining() > MAX_BYTES) {
            throw new IOException(file + " is full with " + queue.size() + " events: restore the connection to Redis");
        }
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        if (torn) {
            rewrite(queue);
            torn = false;
        }
        try (FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS)) {
            long before = channel.size();
            try {
                write(channel, bytes);
            } catch (IOException e) {
                torn = true;
                channel.truncate(before);
                torn = false;
                throw e;
            }
        }
        if (!exists) {
            DurableFiles.forceDirectory(file);
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
        DurableFiles.replace(file, bytes(events));
    }

    private static byte[] bytes(List<AlertEvent> events) {
        StringBuilder lines = new StringBuilder();
        events.forEach(event -> lines.append(event.toJson()).append('\n'));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }
}
