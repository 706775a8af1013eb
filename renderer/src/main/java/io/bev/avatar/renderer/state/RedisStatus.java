package io.bev.avatar.renderer.state;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How Redis is, by source of trouble (the connection, or a key); every change is logged once. Thread-safe. */
final class RedisStatus {

    /** Source of faults of the connection as a whole. */
    static final String CONNECTION = "connection";

    private static final Logger LOG = LoggerFactory.getLogger(RedisStatus.class);

    private final String address;
    private final Map<String, RedisError> faults = new TreeMap<>();
    private boolean connected;

    RedisStatus(String address) {
        this.address = address;
    }

    synchronized void connected() {
        faults.remove(CONNECTION);
        if (!connected) {
            connected = true;
            LOG.info("Redis {}: connected", address);
        }
    }

    /** The connection is gone; what was wrong with single keys is unknown now. */
    synchronized void away(RedisError fault) {
        boolean known = !connected && fault.equals(faults.get(CONNECTION));
        connected = false;
        faults.clear();
        faults.put(CONNECTION, fault);
        if (!known) {
            LOG.warn("Redis {}: away ({}); trying again", address, fault.text());
        }
    }

    synchronized void fault(String source, RedisError fault) {
        if (connected && !fault.equals(faults.put(source, fault))) {
            LOG.warn("Redis {}: {}: {}; trying again", address, source, fault.text());
        }
    }

    synchronized void fine(String source) {
        if (faults.remove(source) != null) {
            LOG.info("Redis {}: {}: works again", address, source);
        }
    }

    synchronized boolean isConnected() {
        return connected;
    }

    /** One line: the address, and what is wrong. */
    synchronized String detail() {
        if (faults.isEmpty()) {
            return address + (connected ? ": ok" : ": not connected yet");
        }
        Set<String> texts = new LinkedHashSet<>();
        faults.forEach((source, fault) ->
                texts.add(source.equals(CONNECTION) ? "away: " + fault.text() : source + ": " + fault.text()));
        return address + ": " + String.join("; ", texts);
    }
}
