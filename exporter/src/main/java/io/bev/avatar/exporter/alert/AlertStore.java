package io.bev.avatar.exporter.alert;

import java.io.IOException;
import java.util.List;

/** Destination of alert events. */
interface AlertStore {

    /** Store of an exporter without Redis: discards the events. */
    AlertStore NOWHERE = events -> {};

    /**
     * Publishes the events in order. Idempotent: an event passed again is not published again.
     *
     * @throws IOException if publication is not confirmed; the same events may be passed again
     */
    void publish(List<AlertEvent> events) throws IOException, InterruptedException;
}
