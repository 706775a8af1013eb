package io.bev.avatar.renderer.frame;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Last error and whether frames are failing. Thread-safe. */
public final class ErrorStatus {

    private volatile @Nullable String lastError;
    private volatile boolean failing;

    public Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    public void record(String subject, Throwable fault) {
        lastError = subject + ": " + fault;
    }

    /** Whether the last frame failed. */
    public boolean failing() {
        return failing;
    }

    void setFailing(boolean failing) {
        this.failing = failing;
    }
}
