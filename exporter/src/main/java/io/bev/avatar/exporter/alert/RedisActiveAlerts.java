package io.bev.avatar.exporter.alert;

import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code avatar:alerts:active}, what fires now as Redis has it. */
final class RedisActiveAlerts {

    private static final Logger LOG = LoggerFactory.getLogger(RedisActiveAlerts.class);

    private static final String KEY = "avatar:alerts:active";

    private final RedisConnection link;

    RedisActiveAlerts(RedisConnection link) {
        this.link = link;
    }

    /** By fingerprint; what somebody else wrote there and cannot be read is left out. */
    Map<String, AlertEvent> read() throws IOException, InterruptedException {
        Map<String, String> texts = link.call(commands -> commands.hgetall(KEY));
        Map<String, AlertEvent> events = new LinkedHashMap<>();
        texts.forEach((fingerprint, text) -> {
            try {
                events.put(fingerprint, AlertEvent.fromJson(text));
            } catch (IllegalArgumentException e) {
                LOG.debug("{} {}: {}", KEY, fingerprint, e.getMessage());
            }
        });
        return events;
    }
}
