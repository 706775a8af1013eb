package io.bev.avatar.exporter.health;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates health periodically until interrupted and publishes each report. Passes the first report and every later
 * one to the listener. A failing publisher is reported once when it starts failing and once when it works again;
 * evaluation continues.
 */
public final class HealthMonitor {

    /** Produces a report. */
    @FunctionalInterface
    public interface ReportSource {
        HealthReport run() throws InterruptedException;
    }

    /** Writes a report somewhere. */
    @FunctionalInterface
    public interface Publisher {
        void write(HealthReport report) throws IOException, InterruptedException;
    }

    /** Receives reports and changes of publication state. */
    public interface Listener {
        void onFirst(HealthReport report);

        void onNext(HealthReport before, HealthReport now);

        /** A publisher started failing ({@code failure} present) or works again. */
        void onPublishState(String where, Optional<String> failure);
    }

    /** Waits for the next evaluation. */
    @FunctionalInterface
    public interface Pause {
        void await(Duration interval) throws InterruptedException;
    }

    /** A publisher and whether it failed last time. */
    private static final class Destination {
        private final String name;
        private final Publisher publisher;
        private boolean failing;

        Destination(String name, Publisher publisher) {
            this.name = name;
            this.publisher = publisher;
        }
    }

    private final ReportSource source;
    private final Destination files;
    private final Destination redis;
    private final Listener listener;

    public HealthMonitor(ReportSource source, Publisher files, Publisher redis, Listener listener) {
        this.source = source;
        this.files = new Destination("files", files);
        this.redis = new Destination("Redis", redis);
        this.listener = listener;
    }

    /** Evaluates and publishes once. */
    public HealthReport once() throws InterruptedException {
        HealthReport report = source.run();
        publish(files, report);
        publish(redis, report);
        return report;
    }

    /** Evaluates periodically until interrupted. */
    public void run(Duration interval, Pause pause) throws InterruptedException {
        @Nullable HealthReport before = null;
        while (!Thread.currentThread().isInterrupted()) {
            HealthReport now = once();
            if (before == null) {
                listener.onFirst(now);
            } else {
                listener.onNext(before, now);
            }
            before = now;
            pause.await(interval);
        }
    }

    private void publish(Destination destination, HealthReport report) throws InterruptedException {
        Consumer<Optional<String>> notifyState = failure -> listener.onPublishState(destination.name, failure);
        try {
            destination.publisher.write(report);
            if (destination.failing) {
                destination.failing = false;
                notifyState.accept(Optional.empty());
            }
        } catch (IOException e) {
            if (!destination.failing) {
                destination.failing = true;
                notifyState.accept(Optional.of(String.valueOf(e.getMessage())));
            }
        }
    }
}
