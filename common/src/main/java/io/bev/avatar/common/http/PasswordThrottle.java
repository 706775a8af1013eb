package io.bev.avatar.common.http;

import io.bev.avatar.common.time.Ticker;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down password guessing: after {@value #FREE_FAILURES} wrong passwords of a client within a minute, one attempt
 * per second is checked and the others are rejected unchecked. Wrong passwords are logged, at most once per minute and
 * client. The oldest of more than {@value #MAX_CLIENTS} clients are forgotten. Thread-safe.
 */
public final class PasswordThrottle {

    private static final int FREE_FAILURES = 20;
    private static final int MAX_CLIENTS = 256;
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long ATTEMPT_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(PasswordThrottle.class);

    private final String subject;
    private final Ticker ticker;
    private final Map<String, Client> clients = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Client> eldest) {
            return size() > MAX_CLIENTS;
        }
    };

    /** Failures of one client in the current window. */
    private static final class Client {
        private long windowNanos;
        private long attemptNanos;
        private int failures;
    }

    /** @param subject what the password protects, for the log */
    public PasswordThrottle(String subject, Ticker ticker) {
        this.subject = subject;
        this.ticker = ticker;
    }

    /** Whether an attempt of the client may be checked now. */
    public synchronized boolean permits(String client) {
        Client known = clients.get(client);
        long now = ticker.nanos();
        if (known == null || known.failures < FREE_FAILURES || now - known.windowNanos > WINDOW_NANOS) {
            return true;
        }
        if (now - known.attemptNanos < ATTEMPT_INTERVAL_NANOS) {
            return false;
        }
        known.attemptNanos = now;
        return true;
    }

    /** Records a wrong password. */
    public synchronized void failed(String client) {
        Client known = clients.computeIfAbsent(client, unused -> new Client());
        long now = ticker.nanos();
        if (known.failures == 0 || now - known.windowNanos > WINDOW_NANOS) {
            LOG.warn(
                    "{}: wrong password from {}{}",
                    subject,
                    client,
                    known.failures > 1 ? " (" + known.failures + " in an earlier minute)" : "");
            known.windowNanos = now;
            known.failures = 0;
        }
        known.failures++;
        known.attemptNanos = now;
        if (known.failures == FREE_FAILURES) {
            LOG.warn(
                    "{}: {} wrong passwords from {}; further attempts are limited to one per second",
                    subject,
                    FREE_FAILURES,
                    client);
        }
    }
}
