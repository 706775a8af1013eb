package io.bev.avatar.renderer.raster.cpu;

import static io.bev.avatar.renderer.raster.RasterizerContractTest.decibels;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.Rasterizer;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import io.bev.avatar.renderer.scene.Avatar;
import io.bev.avatar.renderer.scene.AvatarLoader;
import io.bev.avatar.renderer.scene.SharedAvatars;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealAvatarTest {

    @ParameterizedTest
    @ValueSource(strings = {"james.zip", "p2-1.zip"})
    void portrait_looksAsTheReferenceDrawsIt(String file) throws IOException {
        Avatar avatar = AvatarLoader.load(SharedAvatars.require(file));

        byte[] expected = draw(avatar, new ReferenceRasterizer());

        assertThat(decibels(expected, draw(avatar, new CpuRasterizer(2, TileKernels.fastest()))))
                .isGreaterThan(50);
        assertThat(decibels(expected, draw(avatar, new CpuRasterizer(2, new ScalarTileKernel()))))
                .isGreaterThan(50);
    }

    private static byte[] draw(Avatar avatar, Rasterizer rasterizer) {
        Framebuffer picture = new Framebuffer(480, 360, 0.1f, 0.2f, 0.3f);
        try (rasterizer) {
            Camera camera = Camera.of(avatar.framing(), picture.width, picture.height);
            rasterizer.render(new Splats(avatar.cloud()), camera, picture, new StageTimes());
        }
        return picture.bgr;
    }
}
