package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.config.ResolutionMode;
import io.bev.avatar.renderer.frame.AdaptiveResolution;
import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.management.mbean.RendererControl;
import io.bev.avatar.renderer.timeline.TimelineEvent;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import io.bev.avatar.splat.scene.Findings;
import io.bev.avatar.splat.scene.ModelMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Operations on a running renderer. Thread-safe. */
final class RendererOperations implements RendererControl {

    private static final Logger LOG = LoggerFactory.getLogger(RendererOperations.class);
    private static final Set<LifecycleState> PAUSABLE = EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED);
    private static final Set<LifecycleState> RESUMABLE = EnumSet.of(LifecycleState.PAUSED, LifecycleState.DRAINING);
    private static final Set<LifecycleState> RENDERING = EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED);
    private static final Set<LifecycleState> UP =
            EnumSet.of(LifecycleState.RUNNING, LifecycleState.DEGRADED, LifecycleState.PAUSED, LifecycleState.DRAINING);

    private final RendererRuntime runtime;
    private final Supplier<List<String>> reasons;
    private final CompletableFuture<Integer> exit;
    private final ReentrantLock changing = new ReentrantLock();
    private final SavedModel saved;
    private RendererSettings settings;
    private final AtomicLong resolutionChanges = new AtomicLong();
    private volatile Optional<AdaptiveResolution> adaptive;
    /** Guarded by {@link #changing}. */
    private Optional<Path> current;

    private volatile List<String> startNotes;
    private volatile boolean restartRequested;

    /**
     * @param settings as started with
     * @param reasons current problems
     * @param saved where a model loaded at run time is stored
     * @param initial the model shown at start
     * @param exit completed with the exit code to end the process
     */
    RendererOperations(
            RendererRuntime runtime,
            RendererSettings settings,
            Supplier<List<String>> reasons,
            SavedModel saved,
            InitialModel initial,
            CompletableFuture<Integer> exit) {
        this.runtime = runtime;
        this.settings = settings;
        this.reasons = reasons;
        this.saved = saved;
        this.current = initial.path();
        this.startNotes = initial.notes();
        this.exit = exit;
        this.adaptive = adaptive(settings.renderer());
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
        return runtime.rasterizer().problem().orElse(runtime.backend().reason());
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
        swap("reload", config.model(), heldMemory());
        saved.clear();
        runtime.commands().call("reload", () -> {
            runtime.frames().setResolution(config.width(), config.height());
            runtime.loop().setPace(config.targetFps(), config.idleFps());
            return config;
        });
        adaptive = adaptive(config);
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
        adaptive = Optional.empty();
        runtime.commands().call("setResolution", () -> {
            runtime.frames().setResolution(wanted.width(), wanted.height());
            return wanted;
        });
        LOG.info("resolution set to {}", wanted);
    }

    private static Optional<AdaptiveResolution> adaptive(RendererConfig config) {
        return config.resolution() == ResolutionMode.AUTO
                ? Optional.of(new AdaptiveResolution(config.width(), config.height()))
                : Optional.empty();
    }

    @Override
    public Adaptation adaptation() {
        Optional<AdaptiveResolution> choice = adaptive;
        int wanted = runtime.hub()
                .demand(choice.map(AdaptiveResolution::aspect).orElseGet(this::aspect))
                .lines();
        return new Adaptation(
                choice.isPresent(),
                choice.map(AdaptiveResolution::reason).orElse("set by the configuration or an operator"),
                wanted > 0 ? OptionalInt.of(wanted) : OptionalInt.empty(),
                resolutionChanges.get());
    }

    private double aspect() {
        return (double) runtime.frames().width() / runtime.frames().height();
    }

    /** Adapts the resolution to viewers and frame time; called once per second by one thread. */
    void adaptResolution() {
        Optional<AdaptiveResolution> choice = adaptive;
        if (choice.isEmpty() || !RENDERING.contains(lifecycle().state())) {
            return;
        }
        AdaptiveResolution adaptation = choice.get();
        long now = runtime.context().ticker().nanos();
        OptionalInt lines = adaptation.evaluate(
                now,
                runtime.hub().demand(adaptation.aspect()),
                runtime.frames().height(),
                runtime.stats().snapshot(),
                runtime.loop().targetFps());
        if (lines.isPresent()) {
            adapt(adaptation, lines.getAsInt(), now);
        }
    }

    private void adapt(AdaptiveResolution adaptation, int lines, long now) {
        Resolution size = new Resolution(adaptation.width(lines), lines);
        try {
            runtime.commands().call("resolution", () -> {
                runtime.frames().setResolution(size.width(), size.height());
                return size;
            });
            resolutionChanges.incrementAndGet();
            LOG.info("resolution changed to {}: {}", size, adaptation.reason());
        } catch (IllegalStateException e) {
            adaptation.rejected(now, lines);
            LOG.info("resolution not changed to {}: {}", size, e.getMessage());
        }
    }

    private static void requireRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + ": expected " + min + " to " + max);
        }
    }

    @Override
    public Model model() {
        RenderableAvatar loaded = runtime.frames().avatar();
        Findings findings = loaded.findings();
        return new Model(
                loaded.source(),
                loaded.splats().count - findings.invalidGaussians(),
                loaded.splats().shDegree,
                loaded.blendshapes(),
                loaded.loadMillis(),
                findings.invalidGaussians(),
                findings.notes());
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(startNotes);
        Model model = model();
        if (model.invalidGaussians() > 0) {
            notes.add("model: " + model.invalidGaussians() + " Gaussians have invalid values and are not rendered");
        }
        model.notes().forEach(note -> notes.add("model: " + note));
        return notes;
    }

    @Override
    public Model loadModel(Optional<String> path) {
        requireUp("load");
        return exclusively("load", () -> {
            Optional<Path> model = path.map(Path::of);
            swap("load", model, heldMemory());
            saved.save(model, settings.renderer().model());
            return model();
        });
    }

    @Override
    public Model replaceModel(Optional<String> path) {
        requireUp("replace");
        return exclusively("replace", () -> {
            Optional<Path> model = path.map(Path::of);
            Optional<Path> before = current;
            requireReadable(model);
            runtime.commands().call("replace", () -> {
                runtime.frames().suspend();
                return before;
            });
            try {
                swap("replace", model, ModelMemory.ofHeap());
            } catch (IllegalArgumentException | IllegalStateException e) {
                restore(before);
                throw new IllegalStateException(
                        "replace: " + model().source() + " is shown again; " + e.getMessage(), e);
            }
            saved.save(model, settings.renderer().model());
            return model();
        });
    }

    private static void requireReadable(Optional<Path> model) {
        if (model.isPresent() && !Files.isReadable(model.get())) {
            throw new IllegalArgumentException("replace: the current model is kept; " + model.get()
                    + ": expected a readable file, found none; check the path of the model");
        }
    }

    /** Shows the model again that a failed replacement released, or the built-in one if it is unusable by now. */
    private void restore(Optional<Path> before) {
        try {
            swap("replace", before, ModelMemory.ofHeap());
        } catch (IllegalArgumentException | IllegalStateException e) {
            LOG.error("the previous model cannot be loaded again, showing the built-in one: {}", e.getMessage());
            swap("replace", Optional.empty(), ModelMemory.ofHeap());
        }
    }

    private ModelMemory heldMemory() {
        PosedGaussians shown = runtime.frames().avatar().splats();
        return ModelMemory.ofHeap().beside(shown.count, shown.shDegree);
    }

    /** Loads and test-renders the new model before the current one is released. */
    private void swap(String operation, Optional<Path> model, ModelMemory memory) {
        try {
            RenderableAvatar fresh = runtime.avatars().load(model, memory);
            try {
                runtime.commands().call(operation, () -> {
                    Resolution size = firstSize(fresh);
                    runtime.frames().setAvatar(fresh, size.width(), size.height());
                    return fresh;
                });
            } catch (IllegalStateException e) {
                if (e.getCause() instanceof OutOfMemoryError exhausted) {
                    throw memory.exhausted(fresh.source(), exhausted);
                }
                throw e;
            }
            current = model;
            startNotes = List.of();
            report(fresh);
            runtime.history()
                    .timeline()
                    .record(
                            TimelineEvent.Kind.MODEL,
                            TimelineEvent.Level.INFO,
                            "Model loaded: " + fresh.source(),
                            fresh.splats().count + " Gaussians in " + fresh.loadMillis() + " ms");
        } catch (IOException e) {
            runtime.errors().record(operation, e);
            throw new IllegalArgumentException(operation + ": the current model is kept; " + e.getMessage(), e);
        } catch (MemoryBudgetException e) {
            runtime.errors().record(operation, e);
            throw new IllegalStateException(operation + ": the current model is kept; " + e.getMessage(), e);
        }
    }

    /** Size at which a new model is shown first: a large one would take the time of many frames for its first one. */
    private Resolution firstSize(RenderableAvatar fresh) {
        Resolution present = resolution();
        Optional<AdaptiveResolution> choice = adaptive;
        if (choice.isEmpty()) {
            return present;
        }
        double before = Math.max(1, runtime.frames().avatar().splats().count);
        int lines = choice.get()
                .first(
                        runtime.context().ticker().nanos(),
                        fresh.splats().count / before,
                        present.height(),
                        runtime.loop().targetFps());
        return lines == present.height() ? present : new Resolution(choice.get().width(lines), lines);
    }

    /** Logs that a model was loaded, and the findings of its reader. */
    static void report(RenderableAvatar avatar) {
        LOG.info("avatar {} loaded in {} ms", avatar.source(), avatar.loadMillis());
        Findings findings = avatar.findings();
        if (findings.invalidGaussians() > 0) {
            LOG.warn(
                    "avatar {}: {} of {} Gaussians have invalid values and are not rendered",
                    avatar.source(),
                    findings.invalidGaussians(),
                    avatar.splats().count);
        }
        findings.notes().forEach(note -> LOG.info("avatar {}: {}", avatar.source(), note));
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
