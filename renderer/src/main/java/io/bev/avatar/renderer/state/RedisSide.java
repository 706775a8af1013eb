package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.OsintDeduplicator.Channel;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects the store to {@link RedisStateSync}. */
final class RedisSide implements RedisStateListener {

    private static final Logger LOG = LoggerFactory.getLogger(RedisSide.class);

    /** Applies changes durably; {@code read} are the ids of the stream entries that they come from. */
    interface Submitter {
        List<Outcome> submit(List<StateChange> changes, Map<String, String> read);
    }

    private final CurrentState ledger;
    private final StateJournal journal;
    private final StateChanges changes;
    private final UpdateCounters counters;
    private final Clock clock;
    private final Submitter submitter;

    RedisSide(
            CurrentState ledger,
            StateJournal journal,
            StateChanges changes,
            UpdateCounters counters,
            Clock clock,
            Submitter submitter) {
        this.ledger = ledger;
        this.journal = journal;
        this.changes = changes;
        this.counters = counters;
        this.clock = clock;
        this.submitter = submitter;
    }

    @Override
    public AvatarState current() {
        return ledger.current();
    }

    @Override
    public OptionalLong onRemoteState(byte[] value, boolean first) {
        long before = ledger.current().seq();
        try {
            JsonFields fields = new JsonFields(StateDocument.parse(value), false);
            OptionalLong seq = fields.integer("seq", 0, Long.MAX_VALUE);
            if (first && seq.isPresent() && seq.getAsLong() < before) {
                return OptionalLong.empty();
            }
            AvatarState next = ledger.adopt(state -> StateDocument.apply(fields, state, clock.instant()));
            if (first && next.seq() > before) {
                counters.restored(clock.instant());
            }
            boolean identical = seq.isPresent()
                    && StateDocument.read(value, clock.instant()).equals(next);
            return identical ? OptionalLong.of(next.seq()) : OptionalLong.empty();
        } catch (RejectedUpdateException e) {
            rejected(e.reason(), RedisKeys.STATE + ": " + e.detail());
            advanceSequence(value);
            return OptionalLong.empty();
        }
    }

    /**
     * Increments the sequence number of the current state if a rejected value has the same one, so that ours is
     * newer.
     */
    private void advanceSequence(byte[] value) {
        try {
            long rejectedSeq = StateDocument.read(value, clock.instant()).seq();
            ledger.adopt(state -> state.seq() == rejectedSeq ? state.withSeq(rejectedSeq + 1) : state);
        } catch (RejectedUpdateException e) {
            LOG.debug("{}: not a state document, no sequence number to advance", RedisKeys.STATE, e);
        }
    }

    @Override
    public boolean apply(String stream, List<StreamEntry> entries, boolean redelivered) {
        String last = redelivered ? cursor(stream) : "";
        List<StateChange> fresh = new ArrayList<>();
        for (StreamEntry entry : entries) {
            if (last.isEmpty() || !StreamEntry.isUpTo(entry.id(), last)) {
                fresh.add(changes.entry(stream, entry));
            }
        }
        if (fresh.isEmpty()) {
            return true;
        }
        String read = entries.get(entries.size() - 1).id();
        return submitter.submit(fresh, Map.of(stream, read)).stream()
                .noneMatch(outcome -> outcome.reason().equals(RejectionReason.NOT_DURABLE.label()));
    }

    @Override
    public String cursor(String stream) {
        return ledger.cursor(stream);
    }

    @Override
    public void applyMessages(List<byte[]> messages) {
        submitter.submit(
                messages.stream()
                        .map(message -> changes.event(message, Channel.PUBSUB))
                        .toList(),
                Map.of());
    }

    @Override
    public void rejected(RejectionReason reason, String detail) {
        ledger.rejected(reason, detail);
    }

    @Override
    public void saved(long seq, boolean written) {
        journal.saved(seq);
        if (written) {
            counters.saved(clock.instant());
        }
    }

    @Override
    public void saveFailed() {
        counters.saveFailed();
    }
}
