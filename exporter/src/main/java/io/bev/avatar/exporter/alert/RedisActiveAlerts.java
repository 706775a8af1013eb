package io.bev.avatar.exporter.alert;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the active alerts from the Redis hash {@code avatar:alerts:active}. */
final class RedisActiveAlerts {

    private static final Logger LOG = LoggerFactory.getLogger(RedisActiveAlerts.class);

    private final RedisConnection link;

    RedisActiveAlerts(RedisConnection link) {
        this.link = link;
    }

    /** Alerts by fingerprint; unreadable entries are skipped. */
    Map<String, AlertEvent> read() throws IOException, InterruptedException {
        Map<String, String> texts = link.call(commands -> commands.hgetall(RedisKeys.ACTIVE_ALERTS));
        Map<String, AlertEvent> events = new LinkedHashMap<>();
        texts.forEach((fingerprint, text) -> {
            try {
                events.put(fingerprint, AlertEvent.fromJson(text));
            } catch (IllegalArgumentException e) {
                LOG.debug("Unreadable entry in {} for {}: {}", RedisKeys.ACTIVE_ALERTS, fingerprint, e.getMessage());
            }
        });
        return events;
    }
}
