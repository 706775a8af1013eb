package io.bev.avatar.exporter.alert;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes alert events durable: in the store, or in the spool while the store is away. Spooled events go first, so that the
 * order of arrival is kept.
 *
 * <pre>
 * avatar_exporter_alerts_received_total{status="firing"} 3.0
 * avatar_exporter_alert_publish_failures_total 1.0
 * avatar_exporter_alert_spool_pending 2.0
 * </pre>
 */
final class DurableAlertQueue implements Consumer<MetricSink>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DurableAlertQueue.class);

    private static final long DRAIN_EVERY_MILLIS = 2000;
    private static final int DRAIN_BATCH = 100;

    private final AlertStore store;
    private final AlertSpool spool;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder firing = new LongAdder();
    private final LongAdder resolved = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicInteger pending = new AtomicInteger();
    private final ScheduledExecutorService drainer;
    private boolean storeAway;

    DurableAlertQueue(AlertStore store, AlertSpool spool) {
        this.store = store;
        this.spool = spool;
        this.pending.set(spool.size());
        this.drainer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "alert-drain");
            thread.setDaemon(true);
            return thread;
        });
        var unused = drainer.scheduleWithFixedDelay(
                this::drainSafely, DRAIN_EVERY_MILLIS, DRAIN_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Counts what Alertmanager sent, and does as {@link #publish}.
     *
     * @throws IOException when neither the store nor the spool took them; the sender should try again
     */
    void accept(List<AlertEvent> events) throws IOException, InterruptedException {
        for (AlertEvent event : events) {
            (event.status().equals(AlertEvent.FIRING) ? firing : resolved).increment();
        }
        publish(events);
    }

    /** Whether events wait on disk, so that Redis does not yet show how things stand. */
    boolean waiting() {
        return pending.get() > 0;
    }

    /**
     * Returns once the events are durable.
     *
     * @throws IOException when neither the store nor the spool took them
     */
    void publish(List<AlertEvent> events) throws IOException, InterruptedException {
        if (events.isEmpty()) {
            return;
        }
        lock.lockInterruptibly();
        try {
            if (spool.size() == 0 && published(events)) {
                return;
            }
            spool.append(events);
            pending.set(spool.size());
        } finally {
            lock.unlock();
        }
    }

    /** Publishes what waits, as far as the store takes it. */
    void drain() throws InterruptedException {
        if (pending.get() == 0) {
            return;
        }
        lock.lockInterruptibly();
        try {
            while (spool.size() > 0) {
                List<AlertEvent> head = spool.head(DRAIN_BATCH);
                if (!published(head)) {
                    return;
                }
                forget(head.size());
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(int published) {
        try {
            spool.remove(published);
        } catch (IOException e) {
            // At worst the next process publishes them again, which changes nothing.
            LOG.warn("the alert spool cannot be shortened: {}", e.toString());
        }
        pending.set(spool.size());
    }

    private void drainSafely() {
        try {
            drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("draining the alert spool failed", e);
        }
    }

    private boolean published(List<AlertEvent> events) throws InterruptedException {
        try {
            store.publish(events);
        } catch (IOException e) {
            failures.increment();
            if (!storeAway) {
                LOG.warn("alerts wait on disk: {}", e.getMessage());
            }
            storeAway = true;
            return false;
        }
        if (storeAway) {
            LOG.info("alerts are published again");
        }
        storeAway = false;
        return true;
    }

    @Override
    public void accept(MetricSink out) {
        String received = "avatar_exporter_alerts_received_total";
        String help = "Alerts that Alertmanager sent, repeated ones included.";
        out.counter(received, help, firing.sum(), "status", AlertEvent.FIRING);
        out.counter(received, help, resolved.sum(), "status", AlertEvent.RESOLVED);
        out.counter(
                "avatar_exporter_alert_publish_failures_total",
                "Attempts to publish alerts that Redis did not take.",
                failures.sum());
        out.gauge("avatar_exporter_alert_spool_pending", "Alert events on disk that wait for Redis.", pending.get());
    }

    @Override
    public void close() {
        drainer.shutdownNow();
    }
}
