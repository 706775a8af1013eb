package io.bev.avatar.renderer.frame;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.Colour;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.GaussianCloud;

/** Renders a frame: state, expression, pose, image, viewers. Confined to the render thread, except for the getters. */
public final class FrameRenderer implements FrameSource {

    private final StateStore store;
    private final ExpressionSource expression;
    private final Rasterizer rasterizer;
    private final FrameHub hub;
    private final Colour background;
    private final Ticker ticker;
    private final ExpressionFrame frame = new ExpressionFrame();

    private volatile RenderableAvatar loaded;
    private volatile Framebuffer target;
    private Camera camera;
    private boolean suspended;
    /** Whether the target has an image of the present avatar and resolution that was not shown yet. */
    private boolean rendered;

    private final StageTimes firstTimes = new StageTimes();
    private long lastRenderNanos;
    private long lastStateSequence;

    public FrameRenderer(
            RenderableAvatar loaded,
            int width,
            int height,
            Colour background,
            StateStore store,
            ExpressionSource expression,
            Rasterizer rasterizer,
            FrameHub hub,
            Ticker ticker) {
        this.store = store;
        this.expression = expression;
        this.rasterizer = rasterizer;
        this.hub = hub;
        this.background = background;
        this.ticker = ticker;
        this.loaded = loaded;
        this.target = createTarget(width, height);
        this.camera = Camera.of(loaded.framing(), width, height);
    }

    private Framebuffer createTarget(int width, int height) {
        return new Framebuffer(
                width, height, background.red() / 255f, background.green() / 255f, background.blue() / 255f);
    }

    @Override
    public boolean wanted() {
        return hub.wanted();
    }

    @Override
    public void present(long sequence, StageTimes times) {
        if (suspended) {
            presentAgain(sequence);
            return;
        }
        if (rendered) {
            times.set(firstTimes);
            rendered = false;
        } else {
            renderCurrent(times);
        }
        times.encodeNanos = hub.publish(target, sequence, lastRenderNanos, lastStateSequence);
    }

    private void renderCurrent(StageTimes times) {
        AvatarState state = store.current();
        long started = ticker.nanos();
        render(state, started, camera, target, times);
        lastRenderNanos = ticker.nanos() - started;
        lastStateSequence = state.seq();
    }

    private void render(AvatarState state, long now, Camera view, Framebuffer out, StageTimes times) {
        RenderableAvatar avatar = loaded;
        expression.express(state, now, frame);
        if (rasterizer.posesItself()) {
            avatar.poser().prepare(frame, avatar.splats());
        } else {
            avatar.poser().pose(frame, avatar.splats());
        }
        times.rigNanos = ticker.nanos() - now;
        rasterizer.render(avatar.splats(), view, out, times);
    }

    @Override
    public void presentAgain(long sequence) {
        rendered = false;
        hub.publish(target, sequence, lastRenderNanos, lastStateSequence);
    }

    /**
     * Renders an image apart from the stream. Called by the render thread.
     *
     * @param width pixels
     * @param height pixels
     * @throws IllegalStateException while a model is being loaded
     */
    public Framebuffer image(int width, int height) {
        if (suspended) {
            throw new IllegalStateException("a model is being loaded; try again in a moment");
        }
        Framebuffer image = createTarget(width, height);
        RenderableAvatar avatar = loaded;
        render(store.current(), ticker.nanos(), Camera.of(avatar.framing(), width, height), image, new StageTimes());
        return image;
    }

    /** The avatar in use. */
    public RenderableAvatar avatar() {
        return loaded;
    }

    /** The render target; may be used by other threads only before the first frame. */
    public Framebuffer target() {
        return target;
    }

    public int width() {
        return target.width;
    }

    public int height() {
        return target.height;
    }

    /**
     * Switches to another avatar, whose first image is the next frame; the current one is kept if it cannot be rendered.
     *
     * @param width pixels
     * @param height pixels
     */
    public void setAvatar(RenderableAvatar fresh, int width, int height) {
        switchTo(fresh, width == target.width && height == target.height ? target : createTarget(width, height));
        suspended = false;
    }

    /** Releases the avatar and the rasteriser's buffers, and repeats the last frame until {@link #setAvatar}. */
    public void suspend() {
        RenderableAvatar before = loaded;
        PosedGaussians none = new PosedGaussians(new GaussianCloud(0, 0));
        suspended = true;
        loaded = new RenderableAvatar(
                before.source(),
                before.blendshapes(),
                before.framing(),
                before.findings(),
                (expression, out) -> {},
                none,
                before.loadMillis());
        Framebuffer scratch = createTarget(RendererConfig.MIN_SIDE, RendererConfig.MIN_SIDE);
        rasterizer.render(none, Camera.of(before.framing(), scratch.width, scratch.height), scratch, new StageTimes());
    }

    /** Changes the resolution; the current one is kept on failure. */
    public void setResolution(int width, int height) {
        if (suspended) {
            throw new IllegalStateException("setResolution: a model is being loaded; try again in a moment");
        }
        if (width != target.width || height != target.height) {
            switchTo(loaded, createTarget(width, height));
        }
    }

    private void switchTo(RenderableAvatar avatar, Framebuffer newTarget) {
        RenderableAvatar previousAvatar = loaded;
        Framebuffer previousTarget = target;
        Camera previousCamera = camera;
        try {
            loaded = avatar;
            target = newTarget;
            camera = Camera.of(avatar.framing(), newTarget.width, newTarget.height);
            renderCurrent(firstTimes);
            rendered = true;
        } catch (RuntimeException | OutOfMemoryError e) {
            loaded = previousAvatar;
            target = previousTarget;
            camera = previousCamera;
            throw e;
        }
    }
}
