package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The CUDA backend on a real device; {@link EmulatedCudaContractTest} runs it on this processor. */
@Tag("gpu")
@ExtendWith(Gpu.class)
class DeviceCudaContractTest {

    /** Depths sorted first, then tiles. */
    @Nested
    class DepthsFirst extends Contract {
        @Override
        protected Rasterizer create() {
            return Gpu.open(Integer.MAX_VALUE);
        }
    }

    /** Tile and depth sorted at once. */
    @Nested
    class WideKeys extends Contract {
        @Override
        protected Rasterizer create() {
            return Gpu.open(0);
        }
    }

    /** The emulation's tests of posing, capacity and order. */
    @Test
    void rig_posesLikeTheHost() {
        CudaRasterizerTest.requireRigPosesLikeTheHost(Gpu.open(Integer.MAX_VALUE));
    }

    abstract static class Contract extends RasterizerContractTest {

        @Override
        protected double minimumDecibels() {
            return 50;
        }

        @Override
        protected void renderExpected(PosedGaussians splats, Camera camera, Framebuffer target) {
            new ReferenceRasterizer().render(splats, camera, target, new StageTimes());
        }
    }
}
