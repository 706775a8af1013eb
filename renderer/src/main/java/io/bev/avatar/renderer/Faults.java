package io.bev.avatar.renderer;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The faults seen so far. Thread-safe. */
final class Faults {

    private volatile @Nullable String lastError;
    private volatile boolean failing;

    Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    void note(String subject, Throwable fault) {
        lastError = subject + ": " + fault;
    }

    /** Whether the last frame failed. */
    boolean failing() {
        return failing;
    }

    void setFailing(boolean failing) {
        this.failing = failing;
    }
}
