package io.bev.avatar.renderer;

import io.bev.avatar.renderer.frame.ErrorStatus;
import io.bev.avatar.renderer.frame.FrameLoop;
import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.raster.Rasterizer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What is wrong with a renderer that runs; looked at once a second. Moves the state between RUNNING and DEGRADED. */
final class HealthMonitor {

    private static final double LATE_SECONDS = 2;
    /** Looks in a row at which frames must come too slowly, so that a viewer's arrival is no fault. */
    private static final int SLOW_LOOKS = 5;

    private static final Set<LifecycleState> WORKING = EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED);

    private final Lifecycle lifecycle;
    private final FrameStats stats;
    private final FrameLoop loop;
    private final StateStore store;
    private final FrameHub hub;
    private final ErrorStatus faults;
    private final Rasterizer rasterizer;
    private final boolean redisWanted;
    private int slowLooks;
    private volatile List<String> reasons = List.of();

    /** @param redisWanted whether the configuration names a Redis; without, its absence is no fault */
    HealthMonitor(
            Lifecycle lifecycle,
            FrameStats stats,
            FrameLoop loop,
            StateStore store,
            FrameHub hub,
            ErrorStatus faults,
            Rasterizer rasterizer,
            boolean redisWanted) {
        this.lifecycle = lifecycle;
        this.stats = stats;
        this.loop = loop;
        this.store = store;
        this.hub = hub;
        this.faults = faults;
        this.rasterizer = rasterizer;
        this.redisWanted = redisWanted;
    }

    /** What was wrong at the last look. */
    List<String> reasons() {
        return reasons;
    }

    /** Looks. */
    synchronized void look() {
        List<String> found = new ArrayList<>();
        if (faults.failing()) {
            found.add("frames fail: " + faults.lastError().orElse("no reason known"));
        }
        rasterizer.problem().ifPresent(found::add);
        double age = stats.lastFrameAgeNanos() / 1e9;
        if (age > LATE_SECONDS) {
            found.add(String.format(Locale.ROOT, "no frame for %.1f s", age));
        }
        double fps = stats.snapshot().fps();
        slowLooks = hub.wanted() && lifecycle.state() != LifecycleState.PAUSED && fps < loop.targetFps() / 2.0
                ? slowLooks + 1
                : 0;
        if (slowLooks >= SLOW_LOOKS) {
            found.add(String.format(Locale.ROOT, "%.1f frames per second instead of %d", fps, loop.targetFps()));
        }
        store.journalFault().ifPresent(why -> found.add("the state's local file cannot be written: " + why));
        StateStore.Statistics state = store.statistics();
        if (redisWanted && !state.redisConnected()) {
            found.add("Redis is away, the state is kept in a local file: " + state.redisDetail());
        }
        if (found.isEmpty()) {
            lifecycle.changeIf(EnumSet.of(LifecycleState.DEGRADED), LifecycleState.RUNNING, "");
        } else {
            lifecycle.changeIf(EnumSet.of(LifecycleState.RUNNING), LifecycleState.DEGRADED, String.join("; ", found));
        }
        reasons = List.copyOf(found); // last, so that who sees the status finds the state changed
    }

    /** {@code ok}, {@code degraded}, {@code starting}, {@code stopping} or {@code failed}. */
    String status() {
        LifecycleState state = lifecycle.state();
        if (WORKING.contains(state) || state == LifecycleState.PAUSED) {
            return reasons.isEmpty() ? "ok" : "degraded";
        }
        return switch (state) {
            case CREATED, INITIALIZING -> "starting";
            case FAILED -> "failed";
            default -> "stopping";
        };
    }
}
