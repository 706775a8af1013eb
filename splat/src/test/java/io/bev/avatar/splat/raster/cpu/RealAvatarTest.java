package io.bev.avatar.splat.raster.cpu;

import static io.bev.avatar.splat.raster.RasterizerContractTest.decibels;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.SharedAvatars;
import io.bev.avatar.splat.scene.io.AvatarLoader;
import java.io.IOException;
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

    private static byte[] draw(Avatar avatar, Rasterizer rasterizer) {
        Framebuffer image = new Framebuffer(480, 360, 0.1f, 0.2f, 0.3f);
        try (rasterizer) {
            Camera camera = Camera.of(avatar.framing(), image.width, image.height);
            rasterizer.render(new PosedGaussians(avatar.cloud()), camera, image, new StageTimes());
        }
        return image.bgr;
    }
}
