package io.bev.avatar.renderer.state;

import io.bev.avatar.common.text.ErrorText;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An error of Redis, without secrets.
 *
 * @param kind determines the retry strategy
 * @param text one line, human-readable
 */
record RedisError(Kind kind, String text) {

    enum Kind {
        /** No response or connection lost: reconnect. */
        UNREACHABLE,
        /** Redis responds with a temporary error: retry. */
        TEMPORARY,
        /** The configuration must be fixed by an operator: retry rarely. */
        NEEDS_OPERATOR
    }

    private static final int MAX_TEXT_LENGTH = 160;
    private static final List<String> ACCESS_ERRORS = List.of(
            "NOAUTH",
            "WRONGPASS",
            "NOPERM",
            "INVALID PASSWORD",
            "ERR AUTH",
            // missing permission for a command or key that a script uses
            "USER EXECUTING THE SCRIPT CAN'T");

    static RedisError of(Throwable failure) {
        @Nullable RedisCommandExecutionException answer = find(failure, RedisCommandExecutionException.class);
        if (answer != null) {
            return ofReply(String.valueOf(answer.getMessage()));
        }
        if (find(failure, RedisCommandTimeoutException.class) != null
                || find(failure, TimeoutException.class) != null) {
            return new RedisError(Kind.UNREACHABLE, "no response in time");
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return new RedisError(Kind.UNREACHABLE, oneLine(ErrorText.of(root)));
    }

    /** Classifies the text of an error reply. */
    static RedisError ofReply(String message) {
        String upper = message.toUpperCase(Locale.ROOT);
        String line = oneLine(message);
        if (ACCESS_ERRORS.stream().anyMatch(upper::contains)) {
            return new RedisError(
                    Kind.NEEDS_OPERATOR,
                    line + " - set the user and password in redis.url (BEV_REDIS_URL), or grant this user access");
        }
        if (upper.contains("WRONGTYPE")) {
            return new RedisError(Kind.TEMPORARY, line + " - rename or delete the key");
        }
        return new RedisError(Kind.TEMPORARY, line);
    }

    private static String oneLine(String message) {
        String line = message.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= MAX_TEXT_LENGTH ? line : line.substring(0, MAX_TEXT_LENGTH) + "...";
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable t = failure; t != null && t != t.getCause(); t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
