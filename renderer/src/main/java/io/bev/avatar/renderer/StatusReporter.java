package io.bev.avatar.renderer;

import io.bev.avatar.common.concurrent.PeriodicTask;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Once per second evaluates the health, reports it to systemd as the status line, records the history and adapts the resolution; once
 * per hour logs the performance. Does not ping the watchdog: frames do.
 */
final class StatusReporter implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final HealthMonitor health;
    private final RendererRuntime runtime;
    private final PerformanceLog performance;
    private final RendererOperations operations;
    private Optional<PeriodicTask> task = Optional.empty();

    StatusReporter(HealthMonitor health, RendererRuntime runtime, RendererOperations operations) {
        this.health = health;
        this.runtime = runtime;
        performance =
                new PerformanceLog(runtime.context().ticker(), runtime.stats().snapshot());
        this.operations = operations;
    }

    void start() {
        task = Optional.of(PeriodicTask.startNow("housekeeping", INTERVAL, this::report));
    }

    private void report() {
        health.evaluate();
        runtime.history().observe(runtime);
        runtime.context().service().status(statusLine());
        performance.update(
                runtime.stats().snapshot(),
                runtime.hub().viewers(),
                runtime.rasterizer().name());
        operations.adaptResolution();
    }

    private String statusLine() {
        List<String> reasons = health.reasons();
        int viewers = runtime.hub().viewers();
        return String.format(
                Locale.ROOT,
                "%s: %.0f fps, %d %s, %s%s",
                runtime.lifecycle().state(),
                runtime.stats().snapshot().fps(),
                viewers,
                viewers == 1 ? "viewer" : "viewers",
                runtime.rasterizer().name(),
                reasons.isEmpty() ? "" : "; " + String.join("; ", reasons));
    }

    @Override
    public void close() {
        task.ifPresent(PeriodicTask::close);
    }
}
