package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the two update streams of a session in a consumer group and acknowledges entries once they are durable, or kept as dead
 * letters: those that are invalid, and those that fail {@value #MAX_TRIES} times. Entries delivered but not acknowledged before a crash are processed first.
 * Each stream fails and recovers
 * independently.
 */
final class UpdateStreams implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateStreams.class);

    private static final List<String> STREAMS = List.of(RedisKeys.STATE_UPDATES, RedisKeys.OSINT_UPDATES);
    private static final String FAILED = "failed";
    private static final int BATCH = 64;
    private static final int MAX_TRIES = 5;
    private static final long MAX_DEAD_LETTERS = 1000;
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Consumer<String> CONSUMER = Consumer.from(RedisKeys.GROUP, RedisKeys.CONSUMER);

    private final RedisSession session;
    private final CurrentState state;
    private final UpdateSubmitter submitter;
    private final RedisStatus status;
    private final Duration block;
    private final Set<String> ready = new TreeSet<>();
    /** Times that the entry of an id has failed, by stream: they are applied in order, so only one can be failing. */
    private final Map<String, Failing> failing = new HashMap<>();

    private record Failing(String id, int tries) {}

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
        List<StreamEntry> due = redelivered ? notApplied(stream, entries) : entries;
        List<DeadLetter> dead = new ArrayList<>();
        try {
            if (!submit(stream, due, dead)) {
                return false;
            }
        } catch (RedisException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.debug("{}: a batch of {} entries failed", stream, due.size(), e);
            return applyEach(stream, due, ids);
        }
        storeDeadLetters(stream, dead);
        return acknowledge(stream, ids);
    }

    /** Applies entries; returns whether they are durable, except those that are added to {@code dead}. */
    private boolean submit(String stream, List<StreamEntry> entries, List<DeadLetter> dead) {
        Optional<List<Outcome>> outcomes = submitter.submit(stream, entries);
        if (outcomes.isEmpty()) {
            return false;
        }
        for (int i = 0; i < entries.size(); i++) {
            Outcome outcome = outcomes.get().get(i);
            if (RejectionReason.isPermanent(outcome.reason())) {
                StreamEntry entry = entries.get(i);
                dead.add(new DeadLetter(entry.id(), outcome.reason(), outcome.detail(), entry.fields()));
            }
        }
        return true;
    }

    /** Applies entries of which one fails, one by one: those before it, and those after it once it is a dead letter. */
    private boolean applyEach(String stream, List<StreamEntry> entries, List<String> ids) {
        for (StreamEntry entry : entries) {
            List<DeadLetter> dead = new ArrayList<>();
            try {
                if (!submit(stream, List.of(entry), dead)) {
                    return false;
                }
            } catch (RedisException e) {
                throw e;
            } catch (RuntimeException e) {
                Failing before = failing.getOrDefault(stream, new Failing(entry.id(), 0));
                int tries = before.id().equals(entry.id()) ? before.tries() + 1 : 1;
                failing.put(stream, new Failing(entry.id(), tries));
                LOG.warn("{}: entry {} failed, try {} of {}", stream, entry.id(), tries, MAX_TRIES, e);
                if (tries < MAX_TRIES) {
                    return false;
                }
                failing.remove(stream);
                dead.add(new DeadLetter(entry.id(), FAILED, ErrorText.of(e), entry.fields()));
            }
            storeDeadLetters(stream, dead);
            if (!acknowledge(stream, List.of(entry.id()))) {
                return false;
            }
        }
        return acknowledge(stream, ids);
    }

    /** Keeps dead letters. Where Redis rejects that, they are only counted and logged: the entries after them matter more. */
    private void storeDeadLetters(String stream, List<DeadLetter> dead) {
        if (dead.isEmpty()) {
            return;
        }
        String key = RedisKeys.deadLetters(stream);
        try {
            session.append(key, dead.stream().map(DeadLetter::encode).toList(), MAX_DEAD_LETTERS);
            status.cleared(key);
        } catch (RedisCommandExecutionException e) {
            status.fault(key, RedisError.of(e));
        }
    }

    private boolean acknowledge(String stream, List<String> ids) {
        try {
            session.acknowledge(stream, RedisKeys.GROUP, ids);
            return true;
        } catch (RedisCommandExecutionException e) {
            status.fault(stream, RedisError.of(e));
            return false;
        }
    }
}
