package io.bev.avatar.exporter.alert;

import java.io.IOException;
import java.util.List;

/** Publishes alert events to Redis, or queues them on disk. */
@FunctionalInterface
public interface AlertPublisher {

    /** @throws IOException if neither Redis nor the disk accepted the events */
    void publish(List<AlertEvent> events) throws IOException, InterruptedException;
}
