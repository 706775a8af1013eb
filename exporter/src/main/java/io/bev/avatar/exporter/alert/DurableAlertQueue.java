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
 * Durable queue of alert events: writes to the store, or to the spool while the store is unreachable. Spooled events
 * are published first, which preserves the order of arrival.
 *
 * <pre>
 * avatar_exporter_alerts_received_total{status="firing"} 3.0
 * avatar_exporter_alert_publish_failures_total 1.0
 * avatar_exporter_alert_spool_pending 2.0
 * </pre>
 */
final class DurableAlertQueue implements Consumer<MetricSink>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DurableAlertQueue.class);

    private static final long DRAIN_INTERVAL_MILLIS = 2000;
    private static final int DRAIN_BATCH = 100;

    private final AlertStore store;
    private final AlertSpool spool;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder firing = new LongAdder();
    private final LongAdder resolved = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicInteger pending = new AtomicInteger();
    private final ScheduledExecutorService drainer;
    private boolean storeUnreachable;

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
                this::drainSafely, DRAIN_INTERVAL_MILLIS, DRAIN_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Counts the events received from Alertmanager and publishes them as {@link #publish} does.
     *
     * @throws IOException if neither the store nor the spool accepted the events; the sender should retry
     */
    void accept(List<AlertEvent> events) throws IOException, InterruptedException {
        for (AlertEvent event : events) {
            (event.status().equals(AlertEvent.FIRING) ? firing : resolved).increment();
        }
        publish(events);
    }

    /** Whether events are queued on disk, so that Redis is not yet up to date. */
    boolean hasBacklog() {
        return pending.get() > 0;
    }

    /**
     * Returns once the events are durable.
     *
     * @throws IOException if neither the store nor the spool accepted the events
     */
    void publish(List<AlertEvent> events) throws IOException, InterruptedException {
        if (events.isEmpty()) {
            return;
        }
        lock.lockInterruptibly();
        try {
            if (spool.size() == 0 && tryPublish(events)) {
                return;
            }
            spool.append(events);
            pending.set(spool.size());
        } finally {
            lock.unlock();
        }
    }

    /** Publishes queued events until the queue is empty or the store fails. */
    void drain() throws InterruptedException {
        if (pending.get() == 0) {
            return;
        }
        lock.lockInterruptibly();
        try {
            while (spool.size() > 0) {
                List<AlertEvent> head = spool.head(DRAIN_BATCH);
                if (!tryPublish(head)) {
                    return;
                }
                removeFromSpool(head.size());
            }
        } finally {
            lock.unlock();
        }
    }

    private void removeFromSpool(int published) {
        try {
            spool.remove(published);
        } catch (IOException e) {
            // At worst the next process publishes them again; publishing is idempotent.
            LOG.warn("Cannot remove published events from the alert spool: {}", e.toString());
        }
        pending.set(spool.size());
    }

    private void drainSafely() {
        try {
            drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("Draining the alert spool failed", e);
        }
    }

    private boolean tryPublish(List<AlertEvent> events) throws InterruptedException {
        try {
            store.publish(events);
        } catch (IOException e) {
            failures.increment();
            if (!storeUnreachable) {
                LOG.warn("Alerts are queued on disk, Redis is unreachable: {}", e.getMessage());
            }
            storeUnreachable = true;
            return false;
        }
        if (storeUnreachable) {
            LOG.info("Publishing alerts to Redis works again");
        }
        storeUnreachable = false;
        return true;
    }

    @Override
    public void accept(MetricSink out) {
        String received = "avatar_exporter_alerts_received_total";
        String help = "Alert notifications received from Alertmanager, including repeats.";
        out.counter(received, help, firing.sum(), "status", AlertEvent.FIRING);
        out.counter(received, help, resolved.sum(), "status", AlertEvent.RESOLVED);
        out.counter(
                "avatar_exporter_alert_publish_failures_total",
                "Failed attempts to publish alerts to Redis.",
                failures.sum());
        out.gauge(
                "avatar_exporter_alert_spool_pending",
                "Alert events queued on disk until Redis is reachable.",
                pending.get());
    }

    @Override
    public void close() {
        drainer.shutdownNow();
    }
}
