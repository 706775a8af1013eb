package io.bev.avatar.renderer.lifecycle;

import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The renderer's state and its legal changes. Thread-safe; listeners are told in order, outside the lock. */
public final class Lifecycle {

    private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

    /**
     * A change of state.
     *
     * @param number 1 for the first
     * @param reason one line, for people
     */
    public record Change(LifecycleState from, LifecycleState to, String reason, Instant at, long number) {}

    /** Told of every change, on the thread that made it; must not block. */
    @FunctionalInterface
    public interface Listener {
        void changed(Change change);
    }

    /**
     * A state and when it was entered.
     *
     * @param reason why it was entered
     */
    public record Status(LifecycleState state, Instant since, String reason) {}

    private final Clock clock;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Object telling = new Object();
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
     * Changes the state on behalf of an operation.
     *
     * @param operation its name, for the message
     * @param from states in which it is possible
     * @throws IllegalStateException when it is not possible now; nothing has changed then
     */
    public void change(String operation, Set<LifecycleState> from, LifecycleState to, String reason) {
        synchronized (telling) {
            Change change;
            synchronized (this) {
                LifecycleState now = status.state();
                if (!from.contains(now) || !now.next().contains(to)) {
                    throw new IllegalStateException(
                            operation + " is not possible in state " + now + "; it is in " + EnumSet.copyOf(from));
                }
                change = enter(to, reason);
            }
            tell(change);
        }
    }

    /** Changes the state when {@code from} holds and the change is legal; answers whether it did. */
    public boolean changeIf(Set<LifecycleState> from, LifecycleState to, String reason) {
        synchronized (telling) {
            Change change;
            synchronized (this) {
                LifecycleState now = status.state();
                if (!from.contains(now) || !now.next().contains(to)) {
                    return false;
                }
                change = enter(to, reason);
            }
            tell(change);
            return true;
        }
    }

    /** Ends in STOPPED or FAILED unless already ended; answers whether this call ended it. */
    public boolean end(LifecycleState terminal, String reason) {
        if (!terminal.terminal()) {
            throw new IllegalArgumentException(terminal + " is not an end: expected STOPPED or FAILED");
        }
        return changeIf(EnumSet.allOf(LifecycleState.class), terminal, reason);
    }

    private Change enter(LifecycleState to, String reason) {
        Instant now = clock.instant();
        Change change = new Change(status.state(), to, reason, now, ++changes);
        status = new Status(to, now, reason);
        return change;
    }

    private void tell(Change change) {
        String why = change.reason().isEmpty() ? "" : ": " + change.reason();
        if (change.to() == LifecycleState.FAILED) {
            log.error("{} -> {}{}", change.from(), change.to(), why);
        } else if (change.to() == LifecycleState.DEGRADED) {
            log.warn("{} -> {}{}", change.from(), change.to(), why);
        } else {
            log.info("{} -> {}{}", change.from(), change.to(), why);
        }
        for (Listener listener : listeners) {
            listener.changed(change);
        }
    }
}
