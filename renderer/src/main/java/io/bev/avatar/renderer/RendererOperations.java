package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.management.mbean.RendererControl;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import io.bev.avatar.splat.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Operations on a running renderer. Thread-safe. */
final class RendererOperations implements RendererControl {

    private static final Logger LOG = LoggerFactory.getLogger(RendererOperations.class);
    private static final Set<LifecycleState> PAUSABLE = EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED);
    private static final Set<LifecycleState> RESUMABLE = EnumSet.of(LifecycleState.PAUSED, LifecycleState.DRAINING);
    private static final Set<LifecycleState> UP =
            EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED, LifecycleState.PAUSED, LifecycleState.DRAINING);

    private final RendererRuntime runtime;
    private final Supplier<List<String>> reasons;
    private final CompletableFuture<Integer> exit;
    private final ReentrantLock changing = new ReentrantLock();
    private RendererSettings settings;
    private volatile boolean restartRequested;

    /**
     * @param settings as started with
     * @param reasons current problems
     * @param exit completed with the exit code to end the process
     */
    RendererOperations(
            RendererRuntime runtime,
            RendererSettings settings,
            Supplier<List<String>> reasons,
            CompletableFuture<Integer> exit) {
        this.runtime = runtime;
        this.settings = settings;
        this.reasons = reasons;
        this.exit = exit;
    }

    @Override
    public Lifecycle lifecycle() {
        return runtime.lifecycle();
    }

    @Override
    public List<String> degradedReasons() {
        return reasons.get();
    }

    @Override
    public Instant startTime() {
        return runtime.context().startTime();
    }

    @Override
    public Duration uptime() {
        return runtime.context().uptime();
    }

    @Override
    public String backend() {
        return runtime.rasterizer().name();
    }

    @Override
    public String backendReason() {
        return runtime.rasterizer().problem().orElse(runtime.drawing().reason());
    }

    @Override
    public long backendFallbacks() {
        return runtime.rasterizer().fallbacks();
    }

    @Override
    public String version() {
        return runtime.context().version();
    }

    @Override
    public Optional<String> lastError() {
        return runtime.errors().lastError();
    }

    @Override
    public boolean restartRequested() {
        return restartRequested;
    }

    @Override
    public Map<String, Long> restartsByReason() {
        return runtime.restarts().counts();
    }

    @Override
    public void pause() {
        lifecycle().change("pause", PAUSABLE, LifecycleState.PAUSED, "pause requested");
        runtime.loop().setPaused(true);
    }

    @Override
    public void resume() {
        lifecycle().change("resume", RESUMABLE, LifecycleState.RUNNING, "resume requested");
        runtime.loop().setPaused(false);
    }

    @Override
    public void drain() {
        lifecycle()
                .change(
                        "drain",
                        EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED, LifecycleState.PAUSED),
                        LifecycleState.DRAINING,
                        "drain requested");
        runtime.store().save();
        runtime.hub().disconnectAll();
    }

    @Override
    public void restart(String reason) {
        requireUp("restart");
        runtime.restarts().restarting(reason);
        restartRequested = true;
        LOG.info("restart requested: {}", reason);
        exit.complete(ExitCodes.TEMPORARY);
    }

    @Override
    public void shutdown() {
        requireUp("shutdown");
        LOG.info("shutdown requested");
        exit.complete(ExitCodes.OK);
    }

    private void requireUp(String operation) {
        LifecycleState state = lifecycle().state();
        if (!UP.contains(state)) {
            throw new IllegalStateException(
                    operation + " is not possible in state " + state + ", expected one of " + UP);
        }
    }

    @Override
    public String reload() {
        requireUp("reload");
        return exclusively("reload", () -> {
            RendererSettings fresh;
            try {
                fresh = runtime.context().configuration().get();
            } catch (ConfigException e) {
                throw new IllegalArgumentException("reload: nothing changed; " + e.getMessage(), e);
            }
            runtime.context().service().reloading();
            try {
                apply(fresh);
            } finally {
                runtime.context().service().ready();
            }
            List<String> pending = ReloadableSettings.needingRestart(settings, fresh);
            return pending.isEmpty() ? "done" : "done; restart required for: " + String.join(", ", pending);
        });
    }

    private void apply(RendererSettings fresh) {
        RendererConfig config = fresh.renderer();
        swap("reload", config.model());
        runtime.commands().call("reload", () -> {
            runtime.frames().setResolution(config.width(), config.height());
            runtime.loop().setPace(config.targetFps(), config.idleFps());
            return config;
        });
    }

    @Override
    public int targetFps() {
        return runtime.loop().targetFps();
    }

    @Override
    public void setTargetFps(int framesPerSecond) {
        requireRange("frames per second", framesPerSecond, 1, RendererConfig.MAX_FPS);
        requireUp("setTargetFps");
        int idle = Math.min(settings.renderer().idleFps(), framesPerSecond);
        runtime.loop().setPace(framesPerSecond, idle);
        LOG.info("target frame rate set to {} fps", framesPerSecond);
    }

    @Override
    public Resolution resolution() {
        return new Resolution(runtime.frames().width(), runtime.frames().height());
    }

    @Override
    public void setResolution(Resolution wanted) {
        requireRange("width", wanted.width(), RendererConfig.MIN_SIDE, RendererConfig.MAX_WIDTH);
        requireRange("height", wanted.height(), RendererConfig.MIN_SIDE, RendererConfig.MAX_HEIGHT);
        requireUp("setResolution");
        runtime.commands().call("setResolution", () -> {
            runtime.frames().setResolution(wanted.width(), wanted.height());
            return wanted;
        });
        LOG.info("resolution set to {}", wanted);
    }

    private static void requireRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + ": expected " + min + " to " + max);
        }
    }

    @Override
    public Model model() {
        RenderableAvatar loaded = runtime.frames().avatar();
        Avatar avatar = loaded.avatar();
        return new Model(
                avatar.source(),
                avatar.cloud().count(),
                avatar.cloud().shDegree(),
                avatar.rig().map(rig -> rig.targets().size()).orElse(0),
                loaded.loadMillis());
    }

    @Override
    public Model loadModel(Optional<String> path) {
        requireUp("load");
        return exclusively("load", () -> {
            swap("load", path.map(Path::of));
            return model();
        });
    }

    /** Loads and test-renders the new model before the current one is released. */
    private void swap(String operation, Optional<Path> model) {
        try {
            RenderableAvatar fresh = runtime.avatars().load(model);
            runtime.commands().call(operation, () -> {
                runtime.frames().setAvatar(fresh);
                return fresh;
            });
            LOG.info("avatar {} loaded in {} ms", fresh.avatar().source(), fresh.loadMillis());
        } catch (IOException e) {
            runtime.errors().record(operation, e);
            throw new IllegalArgumentException(operation + ": the current model is kept; " + e.getMessage(), e);
        } catch (MemoryBudgetException e) {
            runtime.errors().record(operation, e);
            throw new IllegalStateException(operation + ": the current model is kept; " + e.getMessage(), e);
        }
    }

    private <T> T exclusively(String operation, Supplier<T> work) {
        if (!changing.tryLock()) {
            throw new IllegalStateException(
                    operation + ": another load or reload is in progress; try again in a moment");
        }
        try {
            return work.get();
        } finally {
            changing.unlock();
        }
    }
}
