package io.bev.avatar.common.http;

import io.bev.avatar.common.time.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one listener. At a limit, the connection that has waited longest for its client yields to the
 * new one; if none waits, the new one is rejected. Bytes held for clients are counted; above a limit, the connection
 * that has made no progress for the longest time is closed. Thread-safe.
 */
public final class ConnectionTable {

    /** Reason for closing a connection; the labels are stable and appear as a metric label. */
    public enum Reason {
        /** Rejected: too many connections of its address, none of which waits for its client. */
        ADDRESS_LIMIT,
        /** Rejected: too many connections, none of which waits for its client. */
        CONNECTION_LIMIT,
        /** Closed in favour of a new connection. */
        EVICTED,
        /** Closed because the client was too slow. */
        TIMEOUT,
        /** Closed because too many bytes were held for it, or for all clients. */
        BYTE_LIMIT;

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTable.class);
    private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Time without progress after which sending a response counts as waiting for the client. */
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final ConnectionLimits limits;
    private final Ticker ticker;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Map<String, Long> closed = new TreeMap<>();
    private long heldBytes;
    private long loggedNanos;
    private boolean logged;

    /** @param name of the listener, for the log */
    public ConnectionTable(String name, ConnectionLimits limits) {
        this(name, limits, Ticker.system());
    }

    ConnectionTable(String name, ConnectionLimits limits, Ticker ticker) {
        this.name = name;
        this.limits = limits;
        this.ticker = ticker;
        for (Reason reason : Reason.values()) {
            closed.put(reason.label(), 0L);
        }
    }

    ConnectionLimits limits() {
        return limits;
    }

    /** What a connection is doing. */
    enum Phase {
        IDLE,
        RECEIVING,
        SERVING,
        SENDING,
        STREAMING
    }

    /** One connection as the table sees it; {@link #close} is callable from any thread. */
    abstract static class Connection {

        private final InetAddress address;
        private boolean reserved;
        private long heldBytes;
        private Phase phase = Phase.IDLE;
        private long progressNanos;

        Connection(InetAddress address) {
            this.address = address;
        }

        abstract void close();

        private boolean waitsForClient(long nowNanos) {
            return phase == Phase.IDLE
                    || phase == Phase.RECEIVING
                    || (phase == Phase.SENDING && nowNanos - progressNanos > STALLED_NANOS);
        }
    }

    /** Adds a connection, or returns false if it must be closed. */
    synchronized boolean admit(Connection connection) {
        connection.progressNanos = ticker.nanos();
        if (count(other -> other.address.equals(connection.address)) >= limits.perAddress()
                && !evict(other -> other.address.equals(connection.address))) {
            record(Reason.ADDRESS_LIMIT);
            return false;
        }
        if (count(other -> !other.reserved) >= limits.connections() && !evict(other -> !other.reserved)) {
            connection.reserved = true;
            if (count(other -> other.reserved) >= limits.reserved() && !evict(other -> other.reserved)) {
                record(Reason.CONNECTION_LIMIT);
                return false;
            }
        }
        connections.add(connection);
        return true;
    }

    private int count(Predicate<Connection> wanted) {
        int count = 0;
        for (Connection connection : connections) {
            if (wanted.test(connection)) {
                count++;
            }
        }
        return count;
    }

    private boolean evict(Predicate<Connection> candidate) {
        long now = ticker.nanos();
        Optional<Connection> oldest = oldest(candidate.and(connection -> connection.waitsForClient(now)));
        oldest.ifPresent(connection -> end(connection, Reason.EVICTED));
        return oldest.isPresent();
    }

    private Optional<Connection> oldest(Predicate<Connection> candidate) {
        long now = ticker.nanos();
        return connections.stream()
                .filter(candidate)
                .max(Comparator.comparingLong(connection -> now - connection.progressNanos));
    }

    private void end(Connection connection, Reason reason) {
        record(reason);
        remove(connection);
        connection.close();
    }

    private void record(Reason reason) {
        closed.merge(reason.label(), 1L, Long::sum);
        long now = ticker.nanos();
        if (reason != Reason.TIMEOUT && (!logged || now - loggedNanos > LOG_INTERVAL_NANOS)) {
            logged = true;
            loggedNanos = now;
            LOG.warn(
                    "listener {}: {} open connections, {} bytes held for clients; at its limits connections that wait"
                            + " for their client are closed and others rejected: {}",
                    name,
                    connections.size(),
                    heldBytes,
                    closed);
        }
    }

    /** Closes a connection whose client was too slow. */
    synchronized void timeOut(Connection connection) {
        if (connections.contains(connection)) {
            end(connection, Reason.TIMEOUT);
        }
    }

    synchronized void remove(Connection connection) {
        if (connections.remove(connection)) {
            heldBytes -= connection.heldBytes;
            connection.heldBytes = 0;
        }
    }

    /** Whether the connection serves monitoring only. */
    synchronized boolean isReserved(Connection connection) {
        return connection.reserved;
    }

    synchronized void enter(Connection connection, Phase phase) {
        connection.phase = phase;
        connection.progressNanos = ticker.nanos();
    }

    /** Counts bytes held for a connection; closes connections while a limit is exceeded. */
    synchronized void hold(Connection connection, long bytes) {
        if (!connections.contains(connection)) {
            return;
        }
        if (connection.heldBytes == 0) {
            connection.progressNanos = ticker.nanos();
        }
        connection.heldBytes += bytes;
        heldBytes += bytes;
        if (connection.heldBytes > limits.bytesPerConnection()) {
            end(connection, Reason.BYTE_LIMIT);
        }
        while (heldBytes > limits.bytes()) {
            end(oldest(other -> other.heldBytes > 0).orElseThrow(), Reason.BYTE_LIMIT);
        }
    }

    /** Counts bytes that were sent or consumed. */
    synchronized void release(Connection connection, long bytes) {
        if (connections.contains(connection)) {
            long released = Math.min(bytes, connection.heldBytes);
            connection.heldBytes -= released;
            heldBytes -= released;
            connection.progressNanos = ticker.nanos();
        }
    }

    /** Closes all connections, after at most {@code timeout} for those with an unfinished response. */
    public void closeAll(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        while (!interrupted && busy() > 0 && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                interrupted = true;
            }
        }
        synchronized (this) {
            List.copyOf(connections).forEach(Connection::close);
        }
    }

    private synchronized int busy() {
        return count(connection -> connection.phase == Phase.SENDING);
    }

    /** Number of open connections. */
    public synchronized int open() {
        return connections.size();
    }

    /** Bytes held for clients: request bodies and unsent responses. */
    public synchronized long heldBytes() {
        return heldBytes;
    }

    /** Connections rejected or closed by the server since start, by reason. */
    public synchronized Map<String, Long> closedByReason() {
        return Map.copyOf(closed);
    }
}
