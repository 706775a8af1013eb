package io.bev.avatar.renderer.lifecycle;

import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The renderer's state and its valid transitions. Thread-safe; listeners are called in order, outside the lock. */
public final class Lifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    /**
     * A state transition.
     *
     * @param number sequence number, from 1
     * @param reason one line, human-readable
     */
    public record Change(LifecycleState from, LifecycleState to, String reason, Instant at, long number) {}

    /** Called for every transition, on the thread that made it; must not block. */
    @FunctionalInterface
    public interface Listener {
        void changed(Change change);
    }

    /**
     * A state and when it was entered.
     *
     * @param reason suffix it was entered
     */
    public record Status(LifecycleState state, Instant since, String reason) {}

    private final Clock clock;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Object notifying = new Object();
    private Status status;
    private long changes;

    public Lifecycle(Clock clock) {
        this.clock = clock;
        this.status = new Status(LifecycleState.CREATED, clock.instant(), "");
    }

    public void onChange(Listener listener) {
        listeners.add(listener);
    }

    public synchronized Status status() {
        return status;
    }

    public LifecycleState state() {
        return status().state();
    }

    /**
     * Changes the state for an operation.
     *
     * @param operation its name, for the message
     * @param from states in which the operation is valid
     * @throws IllegalStateException when it is not valid in the current state; nothing has changed
     */
    public void change(String operation, Set<LifecycleState> from, LifecycleState to, String reason) {
        synchronized (notifying) {
            Change change;
            synchronized (this) {
                LifecycleState now = status.state();
                if (!from.contains(now) || !now.next().contains(to)) {
                    throw new IllegalStateException(operation + " is not possible in state " + now
                            + ", expected one of " + EnumSet.copyOf(from));
                }
                change = enter(to, reason);
            }
            notifyListeners(change);
        }
    }

    /** Changes the state if it is one of {@code from} and the transition is valid; returns whether it changed. */
    public boolean changeIf(Set<LifecycleState> from, LifecycleState to, String reason) {
        synchronized (notifying) {
            Change change;
            synchronized (this) {
                LifecycleState now = status.state();
                if (!from.contains(now) || !now.next().contains(to)) {
                    return false;
                }
                change = enter(to, reason);
            }
            notifyListeners(change);
            return true;
        }
    }

    /** Enters STOPPED or FAILED unless already ended; returns whether this call ended it. */
    public boolean end(LifecycleState terminal, String reason) {
        if (!terminal.terminal()) {
            throw new IllegalArgumentException(terminal + " is not a terminal state: expected STOPPED or FAILED");
        }
        return changeIf(EnumSet.allOf(LifecycleState.class), terminal, reason);
    }

    private Change enter(LifecycleState to, String reason) {
        Instant now = clock.instant();
        Change change = new Change(status.state(), to, reason, now, ++changes);
        status = new Status(to, now, reason);
        return change;
    }

    private void notifyListeners(Change change) {
        String suffix = change.reason().isEmpty() ? "" : ": " + change.reason();
        if (change.to() == LifecycleState.FAILED) {
            LOG.error("{} -> {}{}", change.from(), change.to(), suffix);
        } else if (change.to() == LifecycleState.DEGRADED) {
            LOG.warn("{} -> {}{}", change.from(), change.to(), suffix);
        } else {
            LOG.info("{} -> {}{}", change.from(), change.to(), suffix);
        }
        for (Listener listener : listeners) {
            listener.changed(change);
        }
    }
}
