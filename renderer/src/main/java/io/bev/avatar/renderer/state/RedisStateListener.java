package io.bev.avatar.renderer.state;

import java.util.List;
import java.util.OptionalLong;

/** Callbacks of a {@link RedisStateSync} to the store whose state it synchronises with Redis. Thread-safe. */
interface RedisStateListener {

    AvatarState current();

    /**
     * Handles a value of {@code avatar:state} that was not written by this renderer.
     *
     * @param first whether this is the first read of a session, when an old value is normal
     * @return the sequence number of the current state if the value equals it completely; empty if the current state
     *     must be written to Redis
     */
    OptionalLong onRemoteState(byte[] value, boolean first);

    /** Applies entries of a stream; returns whether they may be acknowledged, that is, each is durable or rejected. */
    boolean apply(String stream, List<StreamEntry> entries, boolean redelivered);

    /** Id of the last applied entry of the stream; empty if there is none. */
    String cursor(String stream);

    /** Applies OSINT events received by pub/sub. */
    void applyMessages(List<byte[]> messages);

    void rejected(RejectionReason reason, String detail);

    /** Redis holds the state with this sequence number; {@code written} if this renderer has just stored it. */
    void saved(long seq, boolean written);

    void saveFailed();
}
