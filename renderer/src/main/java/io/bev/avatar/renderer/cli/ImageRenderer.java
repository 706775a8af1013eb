package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.Avatar;

/** Renders images of one avatar. */
final class ImageRenderer implements AutoCloseable {

    private final Poser poser;
    private final Rasterizer rasterizer;
    private final PosedGaussians splats;
    private final Framebuffer image;
    private final StageTimes times = new StageTimes();

    /**
     * @param rasterizer closed with this object
     * @param image receives each image
     */
    ImageRenderer(Avatar avatar, Poser poser, Rasterizer rasterizer, boolean antialiased, Framebuffer image) {
        this.poser = poser;
        this.rasterizer = rasterizer;
        this.image = image;
        splats = avatar.rig().isPresent()
                ? new PosedGaussians(avatar.cloud())
                : PosedGaussians.sharingCentres(avatar.cloud());
        splats.antialiased = antialiased;
    }

    /** Renders one image, valid until the next call. */
    Framebuffer render(ExpressionFrame expression, Camera camera) {
        if (rasterizer.posesItself()) {
            poser.prepare(expression, splats);
        } else {
            poser.pose(expression, splats);
        }
        rasterizer.render(splats, camera, image, times);
        return image;
    }

    @Override
    public void close() {
        rasterizer.close();
    }
}
