package io.bev.avatar.renderer;

import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.state.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Health of a running renderer, evaluated once per second. Switches the state between RUNNING and DEGRADED. */
final class HealthMonitor {

    private static final double MAX_FRAME_AGE_SECONDS = 2;
    private static final Duration MAX_EVALUATION_AGE = Duration.ofSeconds(5);

    private static final Set<LifecycleState> WORKING = EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED);

    private final RendererRuntime runtime;
    private final boolean redisConfigured;
    private final FrameRateCheck frameRate = new FrameRateCheck();
    private volatile List<String> reasons = List.of();
    private volatile Optional<String> note = Optional.empty();
    private volatile long evaluatedNanos;

    /** @param redisConfigured whether redis.url is set; otherwise a missing connection is not a problem */
    HealthMonitor(RendererRuntime runtime, boolean redisConfigured) {
        this.runtime = runtime;
        this.redisConfigured = redisConfigured;
        this.evaluatedNanos = runtime.context().ticker().nanos();
    }

    /** Problems found by the last evaluation, and whether that is too long ago. */
    List<String> reasons() {
        long age = runtime.context().ticker().nanos() - evaluatedNanos;
        if (age < MAX_EVALUATION_AGE.toNanos()) {
            return reasons;
        }
        List<String> all = new ArrayList<>(reasons);
        all.add("health was not evaluated for " + age / 1_000_000_000 + " s");
        return all;
    }

    /** Remark of the last evaluation that is not a problem. */
    Optional<String> note() {
        return note;
    }

    /** Evaluates the health once. */
    synchronized void evaluate() {
        List<String> found = new ArrayList<>();
        if (runtime.errors().failing()) {
            found.add("frames fail: " + runtime.errors().lastError().orElse("unknown cause"));
        }
        runtime.rasterizer().problem().ifPresent(found::add);
        double age = runtime.stats().lastFrameAgeNanos() / 1e9;
        if (age > MAX_FRAME_AGE_SECONDS) {
            found.add(String.format(Locale.ROOT, "no frame for %.1f s", age));
        }
        frameRate.evaluate(
                runtime.stats().snapshot(),
                runtime.loop().targetFps(),
                runtime.rasterizer().name().startsWith("cpu"),
                runtime.hub().wanted() && runtime.lifecycle().state() != LifecycleState.PAUSED);
        frameRate.problem().ifPresent(found::add);
        note = frameRate.note();
        addPersistence(found);
        if (found.isEmpty()) {
            runtime.lifecycle().changeIf(EnumSet.of(LifecycleState.DEGRADED), LifecycleState.RUNNING, "");
        } else {
            runtime.lifecycle()
                    .changeIf(EnumSet.of(LifecycleState.RUNNING), LifecycleState.DEGRADED, String.join("; ", found));
        }
        evaluatedNanos = runtime.context().ticker().nanos();
        reasons = List.copyOf(found); // last, so that a reader of the new status also sees the new state
    }

    private void addPersistence(List<String> found) {
        Optional<String> journalFault = runtime.store().journalFault();
        journalFault.ifPresent(cause -> found.add("the state journal cannot be written: " + cause));
        StateStore.Statistics state = runtime.store().statistics();
        String consequence = journalFault.isEmpty() ? "Changes are saved locally" : "Changes are rejected";
        if (redisConfigured && !state.redisConnected()) {
            found.add("Redis at " + state.redisDetail() + ". " + consequence);
        } else if (redisConfigured) {
            state.redisFault()
                    .ifPresent(fault -> found.add("Redis at " + fault + "; " + state.unsavedUpdates()
                            + " updates not saved in Redis. " + consequence));
        }
    }

    /** {@code ok}, {@code degraded}, {@code starting}, {@code stopping} or {@code failed}. */
    String status() {
        LifecycleState state = runtime.lifecycle().state();
        if (WORKING.contains(state) || state == LifecycleState.PAUSED) {
            return reasons().isEmpty() ? "ok" : "degraded";
        }
        return switch (state) {
            case CREATED, INITIALIZING -> "starting";
            case FAILED -> "failed";
            default -> "stopping";
        };
    }
}
