package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisKeys;
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
 * Reads the two update streams of a session in a consumer group and acknowledges entries once they are durable or
 * rejected. Entries delivered but not acknowledged before a crash are processed first. Each stream fails and recovers
 * independently.
 */
final class UpdateStreams implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateStreams.class);

    private static final List<String> STREAMS = List.of(RedisKeys.STATE_UPDATES, RedisKeys.OSINT_UPDATES);
    private static final int BATCH = 64;
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Consumer<String> CONSUMER = Consumer.from(RedisKeys.GROUP, RedisKeys.CONSUMER);

    private final RedisSession session;
    private final CurrentState state;
    private final UpdateSubmitter submitter;
    private final RedisStatus status;
    private final Duration block;
    private final Set<String> ready = new TreeSet<>();

    UpdateStreams(
            RedisSession session, CurrentState state, UpdateSubmitter submitter, RedisStatus status, Duration timeout) {
        this.session = session;
        this.state = state;
        this.submitter = submitter;
        this.status = status;
        Duration half = timeout.dividedBy(2);
        this.block = half.compareTo(RETRY_INTERVAL) < 0 ? half : RETRY_INTERVAL;
    }

    /** Reads until the session is closed or the thread is interrupted. */
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
                    Thread.sleep(RETRY_INTERVAL.toMillis());
                } else {
                    read();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RedisException e) {
            LOG.debug("session closed", e);
        } catch (RuntimeException e) {
            LOG.error("reading the update streams failed, reconnecting", e);
        } finally {
            session.close();
        }
    }

    private void prepare(String stream) {
        try {
            createGroup(stream);
            if (applyPending(stream)) {
                ready.add(stream);
                status.cleared(stream);
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
     * Start position of a new group: after the last applied entry, if the stream still contains it. A renderer that
     * has never read the stream processes all state updates, but only the last OSINT event.
     */
    private String start(String stream) {
        String newest = session.newestId(stream).orElse("0-0");
        String cursor = state.cursor(stream);
        if (!cursor.isEmpty()) {
            return StreamEntry.isUpTo(cursor, newest) ? cursor : "0-0";
        }
        return stream.equals(RedisKeys.OSINT_UPDATES) ? StreamEntry.before(newest) : "0-0";
    }

    private boolean applyPending(String stream) {
        while (true) {
            List<StreamMessage<String, byte[]>> pending = session.readPending(CONSUMER, stream, BATCH);
            if (pending.isEmpty()) {
                return true;
            }
            if (!apply(stream, pending, true)) {
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
                Thread.sleep(RETRY_INTERVAL.toMillis());
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
            if (!own.isEmpty() && !apply(stream, own, false)) {
                ready.remove(stream);
                Thread.sleep(RETRY_INTERVAL.toMillis());
            }
        }
    }

    /** The entries after the last one that was applied before a crash. */
    private List<StreamEntry> notApplied(String stream, List<StreamEntry> entries) {
        String last = state.cursor(stream);
        return entries.stream()
                .filter(entry -> last.isEmpty() || !StreamEntry.isUpTo(entry.id(), last))
                .toList();
    }

    private boolean apply(String stream, List<StreamMessage<String, byte[]>> messages, boolean redelivered) {
        List<StreamEntry> entries = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (StreamMessage<String, byte[]> message : messages) {
            ids.add(message.getId());
            if (message.getBody() != null) {
                entries.add(new StreamEntry(message.getId(), message.getBody()));
            }
        }
        if (!submitter.submit(stream, redelivered ? notApplied(stream, entries) : entries)) {
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
