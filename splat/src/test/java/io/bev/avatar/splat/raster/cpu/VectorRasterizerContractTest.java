package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.vector.VectorTileKernel;

class VectorRasterizerContractTest extends RasterizerContractTest {

    @Override
    protected Rasterizer create() {
        return new CpuRasterizer(3, new VectorTileKernel());
    }

    @Override
    protected double minimumDecibels() {
        return 50;
    }

    @Override
    protected void renderExpected(PosedGaussians splats, Camera camera, Framebuffer target) {
        new ReferenceRasterizer().render(splats, camera, target, new StageTimes());
    }
}
