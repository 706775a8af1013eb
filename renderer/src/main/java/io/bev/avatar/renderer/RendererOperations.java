package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.frame.ErrorStatus;
import io.bev.avatar.renderer.frame.FrameLoop;
import io.bev.avatar.renderer.frame.FrameRenderer;
import io.bev.avatar.renderer.frame.RenderThreadExecutor;
import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.lifecycle.RestartCounter;
import io.bev.avatar.renderer.management.mbean.RendererControl;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import io.bev.avatar.splat.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
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

    /** Components the operations act on. */
    record Parts(
            String version,
            Instant startTime,
            Rasterizer rasterizer,
            String backendReason,
            Lifecycle lifecycle,
            FrameLoop loop,
            FrameRenderer pipeline,
            RenderThreadExecutor commands,
            StateStore store,
            FrameHub hub,
            RenderableAvatarLoader avatars,
            RestartCounter ledger,
            ErrorStatus faults,
            SystemdNotifier service,
            Supplier<RendererSettings> configuration) {}

    private final Parts parts;
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
            Parts parts, RendererSettings settings, Supplier<List<String>> reasons, CompletableFuture<Integer> exit) {
        this.parts = parts;
        this.settings = settings;
        this.reasons = reasons;
        this.exit = exit;
    }

    @Override
    public Lifecycle lifecycle() {
        return parts.lifecycle();
    }

    @Override
    public List<String> degradedReasons() {
        return reasons.get();
    }

    @Override
    public Instant startTime() {
        return parts.startTime();
    }

    @Override
    public String backend() {
        return parts.rasterizer().name();
    }

    @Override
    public String backendReason() {
        return parts.rasterizer().problem().orElse(parts.backendReason());
    }

    @Override
    public long backendFallbacks() {
        return parts.rasterizer().fallbacks();
    }

    @Override
    public String version() {
        return parts.version();
    }

    @Override
    public Optional<String> lastError() {
        return parts.faults().lastError();
    }

    @Override
    public boolean restartRequested() {
        return restartRequested;
    }

    @Override
    public Map<String, Long> restartsByReason() {
        return parts.ledger().counts();
    }

    @Override
    public void pause() {
        lifecycle().change("pause", PAUSABLE, LifecycleState.PAUSED, "pause requested");
        parts.loop().setPaused(true);
    }

    @Override
    public void resume() {
        lifecycle().change("resume", RESUMABLE, LifecycleState.RUNNING, "resume requested");
        parts.loop().setPaused(false);
    }

    @Override
    public void drain() {
        lifecycle()
                .change(
                        "drain",
                        EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED, LifecycleState.PAUSED),
                        LifecycleState.DRAINING,
                        "drain requested");
        parts.store().save();
        parts.hub().disconnectAll();
    }

    @Override
    public void restart(String reason) {
        requireUp("restart");
        parts.ledger().restarting(reason);
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
                fresh = parts.configuration().get();
            } catch (ConfigException e) {
                throw new IllegalArgumentException("reload: nothing changed; " + e.getMessage(), e);
            }
            parts.service().reloading();
            try {
                apply(fresh);
            } finally {
                parts.service().ready();
            }
            List<String> pending = ReloadableSettings.needingRestart(settings, fresh);
            return pending.isEmpty() ? "done" : "done; restart required for: " + String.join(", ", pending);
        });
    }

    private void apply(RendererSettings fresh) {
        RendererConfig config = fresh.renderer();
        swap("reload", config.model());
        parts.commands().call("reload", () -> {
            parts.pipeline().setResolution(config.width(), config.height());
            parts.loop().setPace(config.targetFps(), config.idleFps());
            return config;
        });
    }

    @Override
    public int targetFps() {
        return parts.loop().targetFps();
    }

    @Override
    public void setTargetFps(int framesPerSecond) {
        requireRange("frames per second", framesPerSecond, 1, RendererConfig.MAX_FPS);
        requireUp("setTargetFps");
        int idle = Math.min(settings.renderer().idleFps(), framesPerSecond);
        parts.loop().setPace(framesPerSecond, idle);
        LOG.info("target frame rate set to {} fps", framesPerSecond);
    }

    @Override
    public Resolution resolution() {
        return new Resolution(parts.pipeline().width(), parts.pipeline().height());
    }

    @Override
    public void setResolution(Resolution wanted) {
        requireRange("width", wanted.width(), RendererConfig.MIN_SIDE, RendererConfig.MAX_WIDTH);
        requireRange("height", wanted.height(), RendererConfig.MIN_SIDE, RendererConfig.MAX_HEIGHT);
        requireUp("setResolution");
        parts.commands().call("setResolution", () -> {
            parts.pipeline().setResolution(wanted.width(), wanted.height());
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
        RenderableAvatar loaded = parts.pipeline().avatar();
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
            RenderableAvatar fresh = parts.avatars().load(model);
            parts.commands().call(operation, () -> {
                parts.pipeline().setAvatar(fresh);
                return fresh;
            });
            LOG.info("avatar {} loaded in {} ms", fresh.avatar().source(), fresh.loadMillis());
        } catch (IOException e) {
            parts.faults().record(operation, e);
            throw new IllegalArgumentException(operation + ": the current model is kept; " + e.getMessage(), e);
        } catch (MemoryBudgetException e) {
            parts.faults().record(operation, e);
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
