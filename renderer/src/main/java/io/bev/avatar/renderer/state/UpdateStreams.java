package io.bev.avatar.renderer.state;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the two update streams of one session in a consumer group, acknowledging what the owner made durable. What was
 * delivered but not acknowledged before a crash is delivered again first. Each stream fails and recovers on its own.
 */
final class UpdateStreams implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateStreams.class);

    private static final List<String> STREAMS = List.of(RedisKeys.STATE_UPDATES, RedisKeys.OSINT_UPDATES);
    private static final int BATCH = 64;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Consumer<String> CONSUMER = Consumer.from(RedisKeys.GROUP, RedisKeys.CONSUMER);

    private final RedisSession session;
    private final RedisStateListener owner;
    private final RedisStatus status;
    private final Duration block;
    private final Set<String> ready = new TreeSet<>();

    UpdateStreams(RedisSession session, RedisStateListener owner, RedisStatus status, Duration timeout) {
        this.session = session;
        this.owner = owner;
        this.status = status;
        Duration half = timeout.dividedBy(2);
        this.block = half.compareTo(RETRY) < 0 ? half : RETRY;
    }

    /** Reads until the session or the thread ends. */
    @Override
    public void run() {
        try {
            while (session.isOpen()) {
                for (String stream : STREAMS) {
                    if (!ready.contains(stream)) {
                        prepare(stream);
                    }
                }
                if (ready.isEmpty()) {
                    Thread.sleep(RETRY.toMillis());
                } else {
                    read();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RedisException e) {
            LOG.debug("the session ends", e);
        } catch (RuntimeException e) {
            LOG.error("reading the update streams failed; starting over", e);
        } finally {
            session.close();
        }
    }

    private void prepare(String stream) {
        try {
            createGroup(stream);
            if (takePending(stream)) {
                ready.add(stream);
                status.fine(stream);
            }
        } catch (RedisCommandExecutionException e) {
            status.fault(stream, RedisError.of(e));
        }
    }

    private void createGroup(String stream) {
        try {
            session.createGroup(stream, RedisKeys.GROUP, start(stream));
        } catch (RedisCommandExecutionException e) {
            if (!String.valueOf(e.getMessage()).startsWith("BUSYGROUP")) {
                throw e;
            }
        }
    }

    /**
     * Where a new group begins: after the last entry applied, if the stream still is that stream. A renderer that never read
     * it takes every state update, but of the investigations' past only the last event.
     */
    private String start(String stream) {
        String newest = session.newestId(stream).orElse("0-0");
        String cursor = owner.cursor(stream);
        if (!cursor.isEmpty()) {
            return StreamEntry.isUpTo(cursor, newest) ? cursor : "0-0";
        }
        return stream.equals(RedisKeys.OSINT_UPDATES) ? StreamEntry.before(newest) : "0-0";
    }

    private boolean takePending(String stream) {
        while (true) {
            List<StreamMessage<String, byte[]>> pending = session.readPending(CONSUMER, stream, BATCH);
            if (pending.isEmpty()) {
                return true;
            }
            if (!take(stream, pending, true)) {
                return false;
            }
        }
    }

    private void read() throws InterruptedException {
        List<StreamMessage<String, byte[]>> messages;
        try {
            messages = session.readNew(CONSUMER, List.copyOf(ready), BATCH, block);
        } catch (RedisCommandExecutionException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.contains("NOGROUP") && !message.contains("UNBLOCKED")) {
                status.fault(ready.iterator().next(), RedisError.of(e));
                Thread.sleep(RETRY.toMillis());
            }
            ready.clear();
            return;
        }
        for (String stream : STREAMS) {
            List<StreamMessage<String, byte[]>> own = new ArrayList<>();
            for (StreamMessage<String, byte[]> message : messages) {
                if (message.getStream().equals(stream)) {
                    own.add(message);
                }
            }
            if (!own.isEmpty() && !take(stream, own, false)) {
                ready.remove(stream);
                Thread.sleep(RETRY.toMillis());
            }
        }
    }

    private boolean take(String stream, List<StreamMessage<String, byte[]>> messages, boolean redelivered) {
        List<StreamEntry> entries = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (StreamMessage<String, byte[]> message : messages) {
            ids.add(message.getId());
            if (message.getBody() != null) {
                entries.add(new StreamEntry(message.getId(), message.getBody()));
            }
        }
        if (!owner.take(stream, entries, redelivered)) {
            return false;
        }
        try {
            session.acknowledge(stream, RedisKeys.GROUP, ids);
            return true;
        } catch (RedisCommandExecutionException e) {
            status.fault(stream, RedisError.of(e));
            return false;
        }
    }
}
