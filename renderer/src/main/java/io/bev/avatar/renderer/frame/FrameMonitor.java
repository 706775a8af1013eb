package io.bev.avatar.renderer.frame;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.lifecycle.RestartCounter;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Monitors frames: the first one marks the process ready, each one pings the watchdog, repeated failures end the
 * process.
 */
public final class FrameMonitor implements FrameEvents {

    private static final Logger LOG = LoggerFactory.getLogger(FrameMonitor.class);
    private static final int MAX_CONSECUTIVE_FAILURES = 10;

    private final Lifecycle lifecycle;
    private final SystemdNotifier service;
    private final ErrorStatus faults;
    private final RestartCounter restarts;
    private final CompletableFuture<Integer> exit;
    private final CompletableFuture<Long> firstFrame = new CompletableFuture<>();

    public FrameMonitor(
            Lifecycle lifecycle,
            SystemdNotifier service,
            ErrorStatus faults,
            RestartCounter restarts,
            CompletableFuture<Integer> exit) {
        this.lifecycle = lifecycle;
        this.service = service;
        this.faults = faults;
        this.restarts = restarts;
        this.exit = exit;
    }

    /** Completed by the first frame. */
    public CompletableFuture<Long> firstFrame() {
        return firstFrame;
    }

    @Override
    public void presented(long sequence) {
        if (!firstFrame.isDone()) {
            lifecycle.changeIf(EnumSet.of(LifecycleState.INITIALIZING), LifecycleState.RUNNING, "first frame");
            service.ready();
            firstFrame.complete(sequence);
        }
        service.pingWatchdog();
    }

    @Override
    public boolean failed(Throwable fault, int consecutive) {
        faults.record("frame", fault);
        faults.setFailing(true);
        if (consecutive == 1) {
            LOG.error("frame failed", fault);
            lifecycle.changeIf(EnumSet.of(LifecycleState.RUNNING), LifecycleState.DEGRADED, "frame failed: " + fault);
        }
        if (consecutive < MAX_CONSECUTIVE_FAILURES) {
            return true;
        }
        String reason = consecutive + " consecutive frames failed: " + fault;
        restarts.restarting(RestartCounter.FAILURE);
        lifecycle.end(LifecycleState.FAILED, reason);
        service.failed(5, reason);
        exit.complete(fault instanceof OutOfMemoryError ? ExitCodes.OUT_OF_MEMORY : ExitCodes.SOFTWARE);
        return false;
    }

    @Override
    public void recovered(int failures) {
        faults.setFailing(false);
        LOG.info("frames recovered after {} failures", failures);
    }
}
