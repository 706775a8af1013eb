package io.bev.avatar.renderer.state;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Status of Redis by error source (the connection or a key); every change is logged once. Thread-safe. */
final class RedisStatus {

    /** Error source for the whole connection. */
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

    /** The connection is lost; errors of single keys are discarded. */
    synchronized void disconnected(RedisError fault) {
        boolean known = !connected && fault.equals(faults.get(CONNECTION));
        connected = false;
        faults.clear();
        faults.put(CONNECTION, fault);
        if (!known) {
            LOG.warn("Redis {}: disconnected ({}); reconnecting", address, fault.text());
        }
    }

    synchronized void fault(String source, RedisError fault) {
        if (connected && !fault.equals(faults.put(source, fault))) {
            LOG.warn("Redis {}: {}: {}; retrying", address, source, fault.text());
        }
    }

    synchronized void cleared(String source) {
        if (faults.remove(source) != null) {
            LOG.info("Redis {}: {}: recovered", address, source);
        }
    }

    synchronized boolean isConnected() {
        return connected;
    }

    /** One line: the errors with which Redis responds, by key; empty if there are none or it is unreachable. */
    synchronized Optional<String> rejected() {
        Set<String> texts = new LinkedHashSet<>();
        faults.forEach((source, fault) -> {
            if (fault.kind() != RedisError.Kind.UNREACHABLE) {
                texts.add(source.equals(CONNECTION) ? fault.text() : source + ": " + fault.text());
            }
        });
        return texts.isEmpty() ? Optional.empty() : Optional.of(address + ": " + String.join("; ", texts));
    }

    /** One line: the address and the current errors. */
    synchronized String detail() {
        if (faults.isEmpty()) {
            return address + (connected ? ": ok" : ": not connected yet");
        }
        RedisError lost = faults.get(CONNECTION);
        if (lost != null && lost.kind() == RedisError.Kind.UNREACHABLE) {
            return address + " is unreachable (" + lost.text() + ")";
        }
        Set<String> texts = new LinkedHashSet<>();
        faults.forEach(
                (source, fault) -> texts.add(source.equals(CONNECTION) ? fault.text() : source + ": " + fault.text()));
        return address + ": " + String.join("; ", texts);
    }
}
