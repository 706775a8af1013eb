package io.bev.avatar.renderer.state;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Owner of the avatar's state: applies updates from Redis, HTTP and MBeans, and persists them in Redis and a local
 * journal. Thread-safe.
 */
public interface StateStore extends AutoCloseable {

    /** The current state; never blocks. */
    AvatarState current();

    /**
     * Time since the state changed; unaffected by changes of the clock while the process runs. The time of a restored state
     * before that is taken from its {@code updatedAt}.
     */
    Duration age();

    /**
     * Applies a state document. A given {@code seq} must be above the current one; without it, the next number is
     * used. The current number with the same content is a repetition: accepted without a change. Absent fields keep
     * their value, unknown ones are ignored. The update is durable when this returns accepted.
     *
     * @param json the document in UTF-8
     */
    Outcome submit(byte[] json, Origin origin);

    /** Applies an OSINT event by the configured rules. */
    Outcome submitOsint(byte[] json, Origin origin);

    /** Resets to {@link AvatarState#initial}, with the next sequence number. */
    Outcome reset(Origin origin);

    /** Saves the current state now; returns false if it is only in the journal. */
    boolean save();

    /** Restores the newest saved state from Redis or the journal if it is newer; returns whether it was. */
    boolean restore();

    /** Adds a listener, called after every change on the thread that made it; must not block. */
    void onChange(Consumer<AvatarState> listener);

    /** Sets the receiver of texts to speak that arrive over Redis; must not block. */
    default void onSpeech(Consumer<byte[]> speech) {}

    Statistics statistics();

    /** Reason why the journal is off (for example a full disk), one line; empty while it is on. */
    default Optional<String> journalFault() {
        return Optional.empty();
    }

    /** Saves the state and disconnects from Redis. */
    @Override
    void close();

    /** Source of an update. */
    enum Origin {
        REDIS,
        HTTP,
        MBEAN
    }

    /**
     * @param accepted whether the update was applied or repeated the current state
     * @param reason of a rejection, empty if accepted; a stable label such as {@code stale}, {@code malformed},
     *     {@code out_of_range}, {@code unknown_emotion}, {@code too_large}
     * @param detail one line, human-readable
     * @param seq the current sequence number
     * @param note why an accepted update has no visible effect, one line; empty otherwise
     */
    record Outcome(boolean accepted, String reason, String detail, long seq, Optional<String> note) {

        private static final Set<String> TEMPORARY = Set.of(
                RejectionReason.NOT_DURABLE.label(),
                RejectionReason.OVERLOADED.label(),
                RejectionReason.STARTING.label());

        /** Without a note. */
        public Outcome(boolean accepted, String reason, String detail, long seq) {
            this(accepted, reason, detail, seq, Optional.empty());
        }

        public Outcome withNote(String text) {
            return new Outcome(accepted, reason, detail, seq, Optional.of(text));
        }

        /** Whether the same update may be accepted later, without a change by the client. */
        public boolean isTemporary() {
            return TEMPORARY.contains(reason);
        }
    }

    /**
     * @param rejectedByReason updates rejected since start, by reason
     * @param redisConnected whether Redis is connected
     * @param journalPending states in the journal that are not yet in Redis
     * @param unsavedUpdates updates applied since the last save in Redis; 0 if Redis is not configured
     * @param redisFault one line: what Redis rejects, with its error; empty while it is unreachable or has no error
     * @param redisDetail one line: address without password, and the last error
     */
    record Statistics(
            long saves,
            long saveFailures,
            Optional<Instant> lastSave,
            Optional<Instant> lastRestore,
            int journalPending,
            long unsavedUpdates,
            Optional<String> redisFault,
            boolean redisConnected,
            String redisDetail,
            java.util.Map<String, Long> rejectedByReason) {}
}
