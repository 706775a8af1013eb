package io.bev.avatar.exporter.health;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes rounds until it is interrupted and publishes each. It shows the first, and after that what changed. Where a result
 * cannot be published is said when that begins and when it ends, and stops nothing.
 */
public final class HealthMonitor {

    /** Makes a report. */
    @FunctionalInterface
    public interface Rounds {
        HealthReport run() throws InterruptedException;
    }

    /** Writes a report somewhere. */
    @FunctionalInterface
    public interface Publisher {
        void write(HealthReport report) throws IOException, InterruptedException;
    }

    /** Is told what happens. */
    public interface Listener {
        void first(HealthReport report);

        void next(HealthReport before, HealthReport now);

        /** A publisher fails, or works again. */
        void publishing(String where, Optional<String> failure);
    }

    /** Waits for the next round. */
    @FunctionalInterface
    public interface Pause {
        void await(Duration interval) throws InterruptedException;
    }

    /** A publisher and how it fared last. */
    private static final class Outlet {
        private final String name;
        private final Publisher publisher;
        private boolean failing;

        Outlet(String name, Publisher publisher) {
            this.name = name;
            this.publisher = publisher;
        }
    }

    private final Rounds rounds;
    private final Outlet files;
    private final Outlet redis;
    private final Listener listener;

    public HealthMonitor(Rounds rounds, Publisher files, Publisher redis, Listener listener) {
        this.rounds = rounds;
        this.files = new Outlet("files", files);
        this.redis = new Outlet("Redis", redis);
        this.listener = listener;
    }

    /** One round. */
    public HealthReport once() throws InterruptedException {
        HealthReport report = rounds.run();
        publish(files, report);
        publish(redis, report);
        return report;
    }

    /** Rounds until interrupted. */
    public void run(Duration interval, Pause pause) throws InterruptedException {
        @Nullable HealthReport before = null;
        while (!Thread.currentThread().isInterrupted()) {
            HealthReport now = once();
            if (before == null) {
                listener.first(now);
            } else {
                listener.next(before, now);
            }
            before = now;
            pause.await(interval);
        }
    }

    private void publish(Outlet outlet, HealthReport report) throws InterruptedException {
        Consumer<Optional<String>> tell = failure -> listener.publishing(outlet.name, failure);
        try {
            outlet.publisher.write(report);
            if (outlet.failing) {
                outlet.failing = false;
                tell.accept(Optional.empty());
            }
        } catch (IOException e) {
            if (!outlet.failing) {
                outlet.failing = true;
                tell.accept(Optional.of(String.valueOf(e.getMessage())));
            }
        }
    }
}
