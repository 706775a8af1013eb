package io.bev.avatar.renderer.lifecycle;

import java.util.EnumSet;
import java.util.Set;

/** The states of a renderer. */
public enum LifecycleState {
    /** Made, not started. */
    CREATED,
    /** Loading; no frame yet. */
    INITIALIZING,
    /** Presents frames. */
    RUNNING,
    /** Shows its last frame on an operator's wish. */
    PAUSED,
    /** Presents frames, but something is wrong. */
    DEGRADED,
    /** Takes no new viewers and waits for its end or for resume. */
    DRAINING,
    /** Ended in order. */
    STOPPED,
    /** Ended by a fault. */
    FAILED;

    /** States that may follow this one. */
    public Set<LifecycleState> next() {
        return switch (this) {
            case CREATED -> EnumSet.of(INITIALIZING, STOPPED, FAILED);
            case INITIALIZING -> EnumSet.of(RUNNING, STOPPED, FAILED);
            case RUNNING -> EnumSet.of(PAUSED, DEGRADED, DRAINING, STOPPED, FAILED);
            case DEGRADED -> EnumSet.of(RUNNING, PAUSED, DRAINING, STOPPED, FAILED);
            case PAUSED -> EnumSet.of(RUNNING, DRAINING, STOPPED, FAILED);
            case DRAINING -> EnumSet.of(RUNNING, STOPPED, FAILED);
            case STOPPED, FAILED -> EnumSet.noneOf(LifecycleState.class);
        };
    }

    /** Whether nothing follows. */
    public boolean terminal() {
        return next().isEmpty();
    }
}
