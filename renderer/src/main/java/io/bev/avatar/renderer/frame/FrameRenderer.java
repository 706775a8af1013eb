package io.bev.avatar.renderer.frame;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.Colour;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;

/**
 * The way of a frame: state, expression, pose, picture, viewers. Belongs to the render thread, but for the getters.
 */
public final class FrameRenderer implements FrameSource {

    private final StateStore store;
    private final ExpressionSource expression;
    private final Rasterizer rasterizer;
    private final FrameHub hub;
    private final Colour background;
    private final Ticker ticker;
    private final ExpressionFrame frame = new ExpressionFrame();

    private volatile RenderableAvatar loaded;
    private volatile Framebuffer picture;
    private Camera camera;
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
        this.picture = blank(width, height);
        this.camera = Camera.of(loaded.avatar().framing(), width, height);
    }

    private Framebuffer blank(int width, int height) {
        return new Framebuffer(
                width, height, background.red() / 255f, background.green() / 255f, background.blue() / 255f);
    }

    @Override
    public boolean wanted() {
        return hub.wanted();
    }

    @Override
    public void present(long sequence, StageTimes times) {
        AvatarState state = store.current();
        long started = ticker.nanos();
        draw(state, started, times);
        lastRenderNanos = ticker.nanos() - started;
        lastStateSequence = state.seq();
        times.encodeNanos = hub.publish(picture, sequence, lastRenderNanos, lastStateSequence);
    }

    private void draw(AvatarState state, long now, StageTimes times) {
        RenderableAvatar avatar = loaded;
        expression.express(state, now, frame);
        if (rasterizer.posesItself()) {
            avatar.poser().prepare(frame, avatar.splats());
        } else {
            avatar.poser().pose(frame, avatar.splats());
        }
        times.rigNanos = ticker.nanos() - now;
        rasterizer.render(avatar.splats(), camera, picture, times);
    }

    @Override
    public void presentAgain(long sequence) {
        hub.publish(picture, sequence, lastRenderNanos, lastStateSequence);
    }

    /** The avatar in use. */
    public RenderableAvatar avatar() {
        return loaded;
    }

    /** What is drawn into, before the first frame; belongs to the render thread after. */
    public Framebuffer picture() {
        return picture;
    }

    public int width() {
        return picture.width;
    }

    public int height() {
        return picture.height;
    }

    /** Draws another avatar from now on, once it has proved that it can be drawn; the present one stays when it cannot. */
    public void setAvatar(RenderableAvatar fresh) {
        use(fresh, picture);
    }

    /** Draws pictures of another size from now on; the present size stays when it cannot. */
    public void setResolution(int width, int height) {
        if (width != picture.width || height != picture.height) {
            use(loaded, blank(width, height));
        }
    }

    private void use(RenderableAvatar avatar, Framebuffer target) {
        RenderableAvatar avatarBefore = loaded;
        Framebuffer pictureBefore = picture;
        Camera cameraBefore = camera;
        try {
            loaded = avatar;
            picture = target;
            camera = Camera.of(avatar.avatar().framing(), target.width, target.height);
            draw(store.current(), ticker.nanos(), new StageTimes());
        } catch (RuntimeException e) {
            loaded = avatarBefore;
            picture = pictureBefore;
            camera = cameraBefore;
            throw e;
        }
    }
}
