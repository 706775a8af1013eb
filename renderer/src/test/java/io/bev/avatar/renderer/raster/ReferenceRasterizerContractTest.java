package io.bev.avatar.renderer.raster;

import io.bev.avatar.renderer.raster.cpu.ReferenceRasterizer;

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
    protected void drawExpected(Splats splats, Camera camera, Framebuffer target) {
        DoubleOracle.render(splats, camera, target);
    }
}
