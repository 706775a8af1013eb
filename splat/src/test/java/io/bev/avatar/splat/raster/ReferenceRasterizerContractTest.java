package io.bev.avatar.splat.raster;

import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;

class ReferenceRasterizerContractTest extends RasterizerContractTest {

    @Override
    protected Rasterizer create() {
        return new ReferenceRasterizer();
    }

    @Override
    protected double minimumDecibels() {
        return 60;
    }

    @Override
    protected void renderExpected(PosedGaussians splats, Camera camera, Framebuffer target) {
        DoubleOracle.render(splats, camera, target);
    }
}
