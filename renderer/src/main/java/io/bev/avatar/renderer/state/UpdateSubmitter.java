package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.util.List;
import java.util.Optional;

/** Destination of the updates received from Redis. */
interface UpdateSubmitter {

    /**
     * Applies entries of a stream, in order.
     *
     * @return an outcome for each, durable or rejected, so that they may be acknowledged; empty if they could not be stored
     */
    Optional<List<Outcome>> submit(String stream, List<StreamEntry> entries);

    /** Applies OSINT events received by pub/sub, in order. */
    void submitMessages(List<byte[]> messages);
}
