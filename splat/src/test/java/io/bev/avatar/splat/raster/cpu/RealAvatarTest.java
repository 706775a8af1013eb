package io.bev.avatar.splat.raster.cpu;

import static io.bev.avatar.splat.raster.RasterizerContractTest.decibels;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Posers;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.SharedAvatars;
import io.bev.avatar.splat.scene.io.AvatarLoader;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealAvatarTest {

    @ParameterizedTest
    @ValueSource(strings = {"james.zip", "p2-1.zip"})
    void portrait_matchesTheReference(String file) throws IOException {
        Avatar avatar = AvatarLoader.load(SharedAvatars.require(file));

        byte[] expected = draw(avatar, new ReferenceRasterizer());

        assertThat(decibels(expected, draw(avatar, new CpuRasterizer(2, TileKernels.fastest()))))
                .isGreaterThan(50);
        assertThat(decibels(expected, draw(avatar, new CpuRasterizer(2, new ScalarTileKernel()))))
                .isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"james.zip", "p2-1.zip"})
    void closedLids_hideTheEyeballs(String file) throws IOException {
        Avatar avatar = AvatarLoader.load(SharedAvatars.require(file));
        GaussianCloud cloud = avatar.cloud();
        for (int i : eyeballs(avatar)) {
            cloud.red[i] = 0;
            cloud.green[i] = 20;
            cloud.blue[i] = 0;
        }
        long open = eyePixels(avatar, 0);

        assertThat(open).isGreaterThan(300);
        assertThat(eyePixels(avatar, 0.25f)).isBetween(open / 6, open);
        assertThat(eyePixels(avatar, 0.5f)).isBetween(open / 10, open * 2 / 3);
        assertThat(eyePixels(avatar, 1)).isZero();
    }

    /** The fronts of the eyeballs, which turn furthest with the gaze. */
    private static int[] eyeballs(Avatar avatar) {
        return avatar.rig().orElseThrow().targets().stream()
                .filter(target -> target.name().startsWith("eyeLookIn"))
                .flatMapToInt(target -> IntStream.range(0, target.indices().length)
                        .filter(k -> Math.abs(target.deltas()[3 * k]) > 0.0015)
                        .map(k -> target.indices()[k]))
                .toArray();
    }

    /** Number of pixels in which the bright green of the eyeballs is visible. */
    private static long eyePixels(Avatar avatar, float blink) {
        ExpressionFrame expression = new ExpressionFrame();
        for (String side : List.of("Left", "Right")) {
            expression.weights[ArkitBlendshapes.indexOf("eyeBlink" + side).orElseThrow()] = blink;
        }
        PosedGaussians posed = new PosedGaussians(avatar.cloud());
        Posers.of(avatar).pose(expression, posed);
        Framebuffer image = new Framebuffer(400, 300, 0, 0, 0);
        try (Rasterizer rasterizer = new CpuRasterizer(2, TileKernels.fastest())) {
            Camera portrait = Camera.of(avatar.framing(), image.width, image.height);
            rasterizer.render(posed, portrait, image, new StageTimes());
        }
        return IntStream.range(0, image.bgr.length / 3)
                .filter(i -> (image.bgr[3 * i + 1] & 0xFF) > 60 + 2 * (image.bgr[3 * i + 2] & 0xFF))
                .count();
    }

    private static byte[] draw(Avatar avatar, Rasterizer rasterizer) {
        Framebuffer image = new Framebuffer(480, 360, 0.1f, 0.2f, 0.3f);
        try (rasterizer) {
            Camera camera = Camera.of(avatar.framing(), image.width, image.height);
            rasterizer.render(new PosedGaussians(avatar.cloud()), camera, image, new StageTimes());
        }
        return image.bgr;
    }
}
