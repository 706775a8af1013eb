package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Runs the services: starts them, waits until each is ready, restarts crashed ones with increasing delays, and stops them in
 * reverse start order. Start and supervision belong to one thread; {@link #stop} may be called from another.
 */
final class Supervisor {

    private static final Duration MAX_RESTART_DELAY = Duration.ofSeconds(30);
    private static final Duration STABLE = Duration.ofMinutes(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LAST_STOP_TIMEOUT = Duration.ofSeconds(5);

    private static final class Entry {
        final ManagedProcess process;
        long startedNanos;
        int crashes;
        boolean down;
        long restartAtNanos;
        boolean retired;
        boolean readyReported;

        Entry(ManagedProcess process) {
            this.process = process;
        }
    }

    private final Console console;
    private final Ticker ticker;
    private final List<Entry> entries = new ArrayList<>();
    private volatile boolean stopping;

    Supervisor(Console console, Ticker ticker) {
        this.console = console;
        this.ticker = ticker;
    }

    /**
     * Starts services together and waits until each is ready.
     *
     * @throws LaunchException as {@link #awaitReady()}
     */
    void startAll(List<ManagedProcess> processes) throws LaunchException, InterruptedException {
        for (ManagedProcess process : processes) {
            start(process);
        }
        awaitReady();
    }

    /** Starts a service and returns without waiting until it is ready. */
    synchronized void start(ManagedProcess process) throws LaunchException {
        if (stopping) {
            throw new LaunchException(ExitCodes.TEMPORARY, "stopping");
        }
        Entry entry = new Entry(process);
        entries.add(entry);
        process.start();
        entry.startedNanos = ticker.nanos();
    }

    /**
     * Waits until every started service is ready and prints each one once.
     *
     * @throws LaunchException when one is not ready; for a configuration error, the message includes those of the other services
     */
    void awaitReady() throws LaunchException, InterruptedException {
        List<String> rejected = new ArrayList<>();
        for (Entry entry : List.copyOf(entries)) {
            try {
                if (!entry.readyReported) {
                    awaitReady(entry);
                }
            } catch (LaunchException e) {
                if (rejected.isEmpty() && e.exitCode() != ExitCodes.CONFIG) {
                    throw e;
                }
                rejected.add(Objects.toString(e.getMessage()));
            }
        }
        if (!rejected.isEmpty()) {
            throw new LaunchException(ExitCodes.CONFIG, String.join(System.lineSeparator() + "      ", rejected));
        }
    }

    private void awaitReady(Entry entry) throws LaunchException, InterruptedException {
        ServiceSpec spec = entry.process.spec();
        long deadline = entry.startedNanos + spec.timeout().toNanos();
        while (!spec.ready().test()) {
            if (entry.process.exitCode().isPresent()) {
                throw new LaunchException(
                        entry.process.exitCode().getAsInt() == ExitCodes.CONFIG
                                ? ExitCodes.CONFIG
                                : ExitCodes.UNAVAILABLE,
                        spec.name() + " ended before it was ready (exit "
                                + entry.process.exitCode().getAsInt() + "): "
                                + entry.process.logTail().orElse("no output") + hint(spec));
            }
            if (ticker.nanos() - deadline > 0) {
                throw new LaunchException(
                        ExitCodes.UNAVAILABLE,
                        spec.name() + " is not ready after " + spec.timeout().toSeconds() + " s: "
                                + entry.process.logTail().orElse("no output") + hint(spec));
            }
            console.live("  … waiting for " + spec.name());
            Thread.sleep(50);
        }
        console.live("");
        entry.readyReported = true;
        console.done(spec.name(), spec.url());
    }

    private static String hint(ServiceSpec spec) {
        return System.lineSeparator() + "      log: " + spec.log();
    }

    /** Checks the services once and restarts those that ended; call it about every 200 ms. */
    synchronized void tick() throws LaunchException, InterruptedException {
        if (stopping) {
            return;
        }
        for (Entry entry : entries) {
            if (entry.retired) {
                continue;
            }
            if (entry.down) {
                if (ticker.nanos() - entry.restartAtNanos >= 0) {
                    entry.process.start();
                    entry.startedNanos = ticker.nanos();
                    entry.down = false;
                    entry.readyReported = false;
                }
            } else if (entry.process.exitCode().isPresent()) {
                ended(entry, entry.process.exitCode().getAsInt());
            } else if (!entry.readyReported && entry.process.spec().ready().test()) {
                entry.readyReported = true;
                console.done(
                        entry.process.spec().name(),
                        String.format(
                                Locale.ROOT, "ready again after %.1f s", (ticker.nanos() - entry.startedNanos) / 1e9));
            }
        }
    }

    private void ended(Entry entry, int code) throws LaunchException {
        ServiceSpec spec = entry.process.spec();
        if (code == 0) {
            entry.retired = true;
            console.warn(spec.name(), "stopped (exit 0) and will not be restarted; run ./avatar up again to start it");
            return;
        }
        if (code == ExitCodes.CONFIG) {
            throw new LaunchException(
                    ExitCodes.CONFIG,
                    spec.name() + " rejected its configuration: "
                            + entry.process.logTail().orElse("no output") + hint(spec));
        }
        long now = ticker.nanos();
        if (now - entry.startedNanos > STABLE.toNanos()) {
            entry.crashes = 0;
        }
        long delay =
                Math.min(spec.restartDelay().toNanos() << Math.min(entry.crashes, 10), MAX_RESTART_DELAY.toNanos());
        entry.crashes++;
        entry.down = true;
        entry.restartAtNanos = now + delay;
        console.warn(
                spec.name(), String.format(Locale.ROOT, "ended (%s); restarting in %.1f s", reason(code), delay / 1e9));
    }

    private static String reason(int code) {
        return code > 128 ? "signal " + (code - 128) : "exit " + code;
    }

    /**
     * Stops everything; a service that does not end within 10 s is killed. The service that was started first is stopped last,
     * alone, because the others still save to it. A second call does nothing.
     */
    void stop() throws InterruptedException {
        stopping = true;
        List<Entry> running;
        synchronized (this) {
            running = entries.stream().filter(e -> e.process.isAlive()).toList();
            entries.clear();
        }
        if (running.isEmpty()) {
            return;
        }
        console.live("");
        List<Entry> first = running.subList(1, running.size());
        for (int i = first.size() - 1; i >= 0; i--) {
            first.get(i).process.terminate();
        }
        long deadline = ticker.nanos() + STOP_TIMEOUT.toNanos();
        for (int i = first.size() - 1; i >= 0; i--) {
            end(first.get(i), Duration.ofNanos(deadline - ticker.nanos()));
        }
        Entry last = running.get(0);
        last.process.terminate();
        end(last, LAST_STOP_TIMEOUT);
    }

    private void end(Entry entry, Duration timeout) throws InterruptedException {
        String name = entry.process.spec().name();
        if (entry.process.awaitEnd(timeout)) {
            console.done(name, "stopped");
        } else {
            console.warn(name, "did not stop in time and was killed");
        }
    }
}
