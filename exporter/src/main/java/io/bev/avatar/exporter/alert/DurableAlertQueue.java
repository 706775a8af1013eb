package io.bev.avatar.exporter.alert;

import io.bev.avatar.common.concurrent.PeriodicTask;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Durable queue of alert events: writes to Redis, or to a local spool while Redis is unreachable. Spooled events are
 * published first, which preserves the order of arrival. Alerts received from Alertmanager are passed to the listeners
 * once they are durable.
 *
 * <pre>
 * avatar_exporter_alerts_received_total{status="firing"} 3.0
 * avatar_exporter_alert_publish_failures_total 1.0
 * avatar_exporter_alert_spool_pending 2.0
 * </pre>
 */
public final class DurableAlertQueue implements AlertPublisher, Consumer<MetricSink>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DurableAlertQueue.class);

    private static final Duration DRAIN_INTERVAL = Duration.ofSeconds(2);
    private static final int DRAIN_BATCH = 100;
    private static final int SPOOL_CAPACITY = 10_000;

    private final AlertStore store;
    private final AlertSpool spool;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder firing = new LongAdder();
    private final LongAdder resolved = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicInteger pending = new AtomicInteger();
    private final List<Consumer<List<AlertEvent>>> listeners = new CopyOnWriteArrayList<>();
    private final PeriodicTask drainer;
    private boolean storeUnreachable;

    DurableAlertQueue(AlertStore store, AlertSpool spool) {
        this.store = store;
        this.spool = spool;
        this.pending.set(spool.size());
        this.drainer = PeriodicTask.start("alert-drain", DRAIN_INTERVAL, this::drain);
    }

    /**
     * @param link connection to Redis, where events are published; empty if Redis is disabled
     * @param spoolFile file in which events are queued while Redis is unreachable
     * @param activeFor time after which an alert without another notification no longer counts as firing
     * @throws IOException if an existing spool cannot be read
     */
    public static DurableAlertQueue open(
            Optional<RedisConnection> link, Path spoolFile, Duration activeFor, Clock clock) throws IOException {
        AlertStore store = link.<AlertStore>map(redis -> new RedisAlertStore(redis, activeFor, clock))
                .orElse(AlertStore.NOWHERE);
        return new DurableAlertQueue(store, new AlertSpool(spoolFile, SPOOL_CAPACITY));
    }

    /** Adds a listener for {@linkplain #receive received} alerts, called on the receiving thread. */
    public void onReceived(Consumer<List<AlertEvent>> listener) {
        listeners.add(listener);
    }

    /**
     * Counts the events received from Alertmanager, {@linkplain #publish publishes} them and calls the listeners.
     *
     * @throws IOException if neither the store nor the spool accepted the events; the sender should retry
     */
    void receive(List<AlertEvent> events) throws IOException, InterruptedException {
        for (AlertEvent event : events) {
            (event.status().equals(AlertEvent.FIRING) ? firing : resolved).increment();
        }
        publish(events);
        listeners.forEach(listener -> listener.accept(events));
    }

    /** Whether events are queued on disk, so that Redis is not yet up to date. */
    boolean hasBacklog() {
        return pending.get() > 0;
    }

    /** Returns once the events are durable. */
    @Override
    public void publish(List<AlertEvent> events) throws IOException, InterruptedException {
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

    /** Publishes spooled events until the spool is empty or the store fails. */
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
            LOG.warn("Cannot remove published events from the alert spool: {}", ErrorText.of(e));
        }
        pending.set(spool.size());
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
        drainer.close();
    }
}
