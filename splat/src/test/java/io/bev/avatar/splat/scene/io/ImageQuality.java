package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.GaussianCloud;

/** Compares the images of two clouds within a cube of edge 2. */
final class ImageQuality {

    private static final float[] UP = {0, -1, 0};

    private ImageQuality() {}

    /** Peak signal-to-noise ratio in dB; infinite if equal. */
    static double decibels(GaussianCloud expected, GaussianCloud read) {
        return RasterizerContractTest.decibels(image(expected), image(read));
    }

    private static byte[] image(GaussianCloud cloud) {
        Framebuffer image = new Framebuffer(320, 180, 0, 0, 0);
        Camera camera = Camera.lookAt(new float[] {0.3f, 0.2f, -3}, new float[3], UP, 50, 320, 180, 0.1f);
        new ReferenceRasterizer().render(new PosedGaussians(cloud), camera, image, new StageTimes());
        return image.bgr;
    }
}
