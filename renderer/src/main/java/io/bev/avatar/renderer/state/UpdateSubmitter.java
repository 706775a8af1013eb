package io.bev.avatar.renderer.state;

import java.util.List;

/** Destination of the updates received from Redis. */
interface UpdateSubmitter {

    /**
     * Applies entries of a stream, in order.
     *
     * @return whether they may be acknowledged, that is, each is durable or rejected
     */
    boolean submit(String stream, List<StreamEntry> entries);

    /** Applies OSINT events received by pub/sub, in order. */
    void submitMessages(List<byte[]> messages);
}
