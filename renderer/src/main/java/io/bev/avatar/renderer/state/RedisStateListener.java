package io.bev.avatar.renderer.state;

import java.util.List;
import java.util.OptionalLong;

/** What a {@link RedisStateSync} needs of the store whose state it carries to and from Redis. Thread-safe. */
interface RedisStateListener {

    AvatarState current();

    /**
     * Judges a value of {@code avatar:state} that this renderer did not write.
     *
     * @param first whether it is the first look since Redis came back, when an old value is no mistake of anybody's
     * @return the sequence number of the current state when the value stands for it whole; empty when the current state has
     *     to be written over it
     */
    OptionalLong found(byte[] value, boolean first);

    /** Takes entries of a stream; true when they are durable or refused, and so may be acknowledged. */
    boolean take(String stream, List<StreamEntry> entries, boolean redelivered);

    /** Id of the last entry of the stream that was applied; empty text when none was. */
    String cursor(String stream);

    /** Takes OSINT events that came by pub/sub. */
    void takeMessages(List<byte[]> messages);

    void refused(RejectionReason reason, String detail);

    /** Redis holds the state of this number; {@code written} when this renderer has just stored it. */
    void saved(long seq, boolean written);

    void saveFailed();
}
