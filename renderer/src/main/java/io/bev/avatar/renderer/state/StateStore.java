package io.bev.avatar.renderer.state;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The one owner of the avatar's state: takes updates from Redis, HTTP and MBeans, and keeps them durable in Redis or, while
 * that is away, in a local journal. Thread-safe.
 */
public interface StateStore extends AutoCloseable {

    /** The state now; never blocks. */
    AvatarState current();

    /**
     * Applies a state document. A document with {@code seq} must exceed the current one; without, it takes the next number.
     * The current number again with the same content is a repetition: accepted, and nothing changes. Fields that it lacks stay
     * as they are, unknown ones are ignored. Durable when this returns accepted.
     *
     * @param json the document in UTF-8
     */
    Outcome submit(byte[] json, Origin origin);

    /** Applies an OSINT event by the configured rules. */
    Outcome submitOsint(byte[] json, Origin origin);

    /** Back to {@link AvatarState#initial}, under the next sequence number. */
    Outcome reset(Origin origin);

    /** Saves the current state at once; false when only the journal holds it. */
    boolean save();

    /** Reads the newest saved state from Redis and the journal and takes it when it is newer; false when it was not. */
    boolean restore();

    /** Called after every change, on the thread that made it; must not block. */
    void onChange(Consumer<AvatarState> listener);

    Statistics statistics();

    /** Why the journal keeps nothing at the moment (a full disk, say), one line; empty while it works. */
    default Optional<String> journalFault() {
        return Optional.empty();
    }

    /** Saves and lets go of Redis. */
    @Override
    void close();

    /** Where an update came from. */
    enum Origin {
        REDIS,
        HTTP,
        MBEAN
    }

    /**
     * @param accepted whether the state is now as the update wants it
     * @param reason why not, empty when accepted; a short stable word such as {@code stale}, {@code malformed},
     *     {@code out_of_range}, {@code unknown_emotion}, {@code too_large}
     * @param detail one line for a person
     * @param seq the sequence number now
     */
    record Outcome(boolean accepted, String reason, String detail, long seq) {}

    /**
     * @param rejectedByReason updates refused, by reason, since start
     * @param redisConnected whether Redis answers
     * @param journalPending states in the journal that Redis does not have yet
     * @param redisDetail one line: address without password, and the last fault
     */
    record Statistics(
            long saves,
            long saveFailures,
            Optional<Instant> lastSave,
            Optional<Instant> lastRestore,
            int journalPending,
            boolean redisConnected,
            String redisDetail,
            java.util.Map<String, Long> rejectedByReason) {}
}
