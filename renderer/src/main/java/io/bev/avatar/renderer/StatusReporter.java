package io.bev.avatar.renderer;

import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.stream.FrameHub;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates the health once per second and reports it to systemd as the status line. Does not ping the watchdog:
 * frames do.
 */
final class StatusReporter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);

    private final HealthMonitor health;
    private final Lifecycle lifecycle;
    private final FrameStats stats;
    private final FrameHub hub;
    private final Supplier<String> backend;
    private final SystemdNotifier service;
    private @Nullable ScheduledFuture<?> ticking;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "housekeeping");
        thread.setDaemon(true);
        return thread;
    });

    StatusReporter(
            HealthMonitor health,
            Lifecycle lifecycle,
            FrameStats stats,
            FrameHub hub,
            Supplier<String> backend,
            SystemdNotifier service) {
        this.health = health;
        this.lifecycle = lifecycle;
        this.stats = stats;
        this.hub = hub;
        this.backend = backend;
        this.service = service;
    }

    void start() {
        ticking = clock.scheduleWithFixedDelay(this::tick, 0, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        try {
            health.evaluate();
            service.status(statusLine());
        } catch (RuntimeException e) {
            // An exception that escaped would cancel the periodic task.
            LOG.warn("health evaluation failed", e);
        }
    }

    private String statusLine() {
        List<String> reasons = health.reasons();
        int viewers = hub.viewers();
        return String.format(
                Locale.ROOT,
                "%s: %.0f fps, %d %s, %s%s",
                lifecycle.state(),
                stats.snapshot().fps(),
                viewers,
                viewers == 1 ? "viewer" : "viewers",
                backend.get(),
                reasons.isEmpty() ? "" : "; " + String.join("; ", reasons));
    }

    @Override
    public void close() {
        if (ticking != null) {
            ticking.cancel(false);
        }
        clock.shutdownNow();
    }
}
