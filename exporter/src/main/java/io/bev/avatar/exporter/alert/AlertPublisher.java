package io.bev.avatar.exporter.alert;

import java.io.IOException;
import java.util.List;

/** Makes events durable, in Redis or on disk, and tells them to whoever listens there. */
@FunctionalInterface
public interface AlertPublisher {

    /** @throws IOException when neither Redis nor the disk took them */
    void publish(List<AlertEvent> events) throws IOException, InterruptedException;
}
