package io.bev.avatar.renderer.raster.cpu;

import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.Rasterizer;
import io.bev.avatar.renderer.raster.RasterizerContractTest;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import io.bev.avatar.renderer.raster.cpu.vector.VectorTileKernel;

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
    protected void drawExpected(Splats splats, Camera camera, Framebuffer target) {
        new ReferenceRasterizer().render(splats, camera, target, new StageTimes());
    }
}
