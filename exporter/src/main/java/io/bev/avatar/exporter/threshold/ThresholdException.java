package io.bev.avatar.exporter.threshold;

import java.util.Objects;

/** The thresholds file is unreadable or contains an expression that only Prometheus can evaluate. */
public final class ThresholdException extends Exception {

    private static final long serialVersionUID = 1L;

    ThresholdException(String message) {
        super(message);
    }

    ThresholdException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "the thresholds cannot be read");
    }
}
