package io.bev.avatar.renderer.lifecycle;

import java.util.EnumSet;
import java.util.Set;

/** The states of a renderer. */
public enum LifecycleState {
    /** Created, not started. */
    CREATED,
    /** Loading; no frame yet. */
    INITIALIZING,
    /** Presents frames. */
    RUNNING,
    /** Repeats the last frame at an operator's request. */
    PAUSED,
    /** Presents frames, but has a problem. */
    DEGRADED,
    /** Accepts no new viewers and waits for shutdown or resume. */
    DRAINING,
    /** Stopped in order. */
    STOPPED,
    /** Stopped by a fault. */
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

    /** Whether this state is final. */
    public boolean terminal() {
        return next().isEmpty();
    }
}
