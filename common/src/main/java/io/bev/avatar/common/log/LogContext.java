package io.bev.avatar.common.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.Context;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Context of a log event; evaluated on the logging thread.
 *
 * @param frame sequence number of the last presented frame
 * @param state sequence number of the avatar's state
 */
public record LogContext(LongSupplier frame, LongSupplier state) {

    private static final String KEY = "io.bev.avatar.trace";

    static Optional<LogContext> of(Context context) {
        return context != null && context.getObject(KEY) instanceof LogContext trace
                ? Optional.of(trace)
                : Optional.empty();
    }

    void attach(Context context) {
        context.putObject(KEY, this);
    }

    static void detach(LoggerContext context) {
        context.removeObject(KEY);
    }
}
