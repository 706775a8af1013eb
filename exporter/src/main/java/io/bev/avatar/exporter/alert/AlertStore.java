package io.bev.avatar.exporter.alert;

import java.io.IOException;
import java.util.List;

/** Where alert events are published. */
interface AlertStore {

    /** For an exporter without Redis: its alerts are acted on, and told nobody. */
    AlertStore NOWHERE = events -> {};

    /**
     * Publishes the events in order, each at most once however often it is given.
     *
     * @throws IOException when it is not known to have happened; the same events may then be given again
     */
    void publish(List<AlertEvent> events) throws IOException, InterruptedException;
}
