package io.bev.avatar.renderer.state;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with Redis, in words that hold no secret.
 *
 * @param kind what to do about it
 * @param text one line for a person
 */
record RedisError(Kind kind, String text) {

    enum Kind {
        /** No answer: reconnect. */
        AWAY,
        /** It answers but does not do it now: keep and retry. */
        PASSING,
        /** Only a person can mend it: retry rarely. */
        NEEDS_PERSON
    }

    private static final int MAX_TEXT = 160;
    private static final List<String> PERSON = List.of("NOAUTH", "WRONGPASS", "NOPERM", "INVALID PASSWORD", "ERR AUTH");

    static RedisError of(Throwable failure) {
        @Nullable RedisCommandExecutionException answer = find(failure, RedisCommandExecutionException.class);
        if (answer != null) {
            return ofAnswer(String.valueOf(answer.getMessage()));
        }
        if (find(failure, RedisCommandTimeoutException.class) != null
                || find(failure, TimeoutException.class) != null) {
            return new RedisError(Kind.AWAY, "no answer in time");
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new RedisError(Kind.AWAY, oneLine(message));
    }

    /** Judges the text of an error reply. */
    static RedisError ofAnswer(String message) {
        String upper = message.toUpperCase(Locale.ROOT);
        String line = oneLine(message);
        if (PERSON.stream().anyMatch(upper::contains)) {
            return new RedisError(
                    Kind.NEEDS_PERSON,
                    line
                            + " - a person is needed: set user and password in redis.url (BEV_REDIS_URL), or allow this user");
        }
        if (upper.contains("WRONGTYPE")) {
            return new RedisError(Kind.PASSING, line + " - rename or delete that key");
        }
        return new RedisError(Kind.PASSING, line);
    }

    private static String oneLine(String message) {
        String line = message.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "...";
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
