package io.bev.avatar.renderer.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.FakeHub;
import io.bev.avatar.renderer.FakeStateStore;
import io.bev.avatar.renderer.config.Colour;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.Findings;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameRendererTest {

    private final List<Integer> rendered = new ArrayList<>();
    private boolean failing;
    private final FakeHub hub = new FakeHub();
    private final FrameRenderer frames = new FrameRenderer(
            avatar(1),
            64,
            36,
            new Colour(0, 0, 0),
            new FakeStateStore(),
            (state, now, out) -> {},
            new Recorder(),
            hub,
            Ticker.system());
    private final StageTimes times = new StageTimes();

    /** Records the number of Gaussians of each image. */
    private final class Recorder implements Rasterizer {

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes stages) {
            if (failing) {
                throw new IllegalStateException("out of buffers");
            }
            rendered.add(splats.count);
            stages.blendNanos = splats.count;
        }

        @Override
        public void close() {
            // nothing to release
        }
    }

    private static RenderableAvatar avatar(int gaussians) {
        return new RenderableAvatar(
                "test",
                0,
                new Framing(0, 0, 2, 0, 0, 0, 0, 1, 0, 40, 0.01f),
                Findings.NONE,
                (expression, out) -> {},
                new PosedGaussians(new GaussianCloud(gaussians, 0)),
                0);
    }

    @Test
    void newAvatar_isRenderedOnce_forItsFirstFrame() {
        frames.present(1, times);
        frames.setAvatar(avatar(5), frames.width(), frames.height());
        frames.present(2, times);

        assertThat(rendered).containsExactly(1, 5);
        assertThat(times.blendNanos).isEqualTo(5);
        assertThat(hub.published).hasValue(2);

        frames.present(3, times);
        assertThat(rendered).containsExactly(1, 5, 5);
    }

    @Test
    void newAvatar_inAnotherSize_isRenderedOnce_andAFailureKeepsTheSize() {
        frames.setAvatar(avatar(5), 32, 18);
        frames.present(1, times);

        assertThat(rendered).containsExactly(5);
        assertThat(frames.width()).isEqualTo(32);
        failing = true;
        assertThatThrownBy(() -> frames.setAvatar(avatar(7), 64, 36)).hasMessage("out of buffers");
        assertThat(frames.width()).isEqualTo(32);
    }

    @Test
    void newResolution_isRenderedOnce_forItsFirstFrame() {
        frames.setResolution(32, 18);
        frames.present(1, times);

        assertThat(rendered).containsExactly(1);
        assertThat(hub.last).isSameAs(frames.target());
        assertThat(frames.width()).isEqualTo(32);
    }

    @Test
    void avatarThatCannotBeRendered_keepsThePreviousOne() {
        failing = true;
        assertThatThrownBy(() -> frames.setAvatar(avatar(5), frames.width(), frames.height()))
                .hasMessage("out of buffers");
        failing = false;
        frames.present(1, times);

        assertThat(rendered).containsExactly(1);
    }

    @Test
    void frameAfterAPause_isRendered() {
        frames.setAvatar(avatar(5), frames.width(), frames.height());
        frames.presentAgain(1);
        frames.present(2, times);

        assertThat(rendered).containsExactly(5, 5);
    }
}
