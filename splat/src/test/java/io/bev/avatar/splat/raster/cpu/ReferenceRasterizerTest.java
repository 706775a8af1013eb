package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.GaussianCloud;
import org.junit.jupiter.api.Test;

class ReferenceRasterizerTest {

    private static final float[] UP = {0, 1, 0};

    @Test
    void oneGaussian_straightAhead_hasItsOpacityAndColourAtItsCentre() {
        GaussianCloud cloud = new GaussianCloud(1, 0);
        cloud.scaleX[0] = 0.1f;
        cloud.scaleY[0] = 0.1f;
        cloud.scaleZ[0] = 0.1f;
        cloud.rotationW[0] = 1;
        cloud.opacity[0] = 0.8f;
        cloud.red[0] = 1;
        cloud.green[0] = 0.5f;
        Framebuffer image = new Framebuffer(65, 65, 0, 0, 1);

        Camera camera = Camera.lookAt(new float[] {0, 0, 2}, new float[3], UP, 40, 65, 65, 0.2f);
        new ReferenceRasterizer().render(new PosedGaussians(cloud), camera, image, new StageTimes());

        assertThat(pixel(image, 32, 32)).containsExactly(51, 102, 204);
        assertThat(pixel(image, 0, 0)).containsExactly(255, 0, 0);
    }

    private static int[] pixel(Framebuffer image, int x, int y) {
        int at = 3 * (y * image.width + x);
        return new int[] {image.bgr[at] & 255, image.bgr[at + 1] & 255, image.bgr[at + 2] & 255};
    }
}
