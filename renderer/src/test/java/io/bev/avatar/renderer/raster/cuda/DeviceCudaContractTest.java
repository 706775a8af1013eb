package io.bev.avatar.renderer.raster.cuda;

import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.Rasterizer;
import io.bev.avatar.renderer.raster.RasterizerContractTest;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import io.bev.avatar.renderer.raster.cpu.ReferenceRasterizer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The CUDA backend on a real device, as {@link EmulatedCudaContractTest} has it on this processor. */
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

    /** What the emulation is asked about posing, room and order. */
    @Test
    void rig_posesAsTheHostDoes() {
        CudaRasterizerTest.requireRigPosesAsTheHostDoes(Gpu.open(Integer.MAX_VALUE));
    }

    abstract static class Contract extends RasterizerContractTest {

        @Override
        protected double minimumDecibels() {
            return 50;
        }

        @Override
        protected void drawExpected(Splats splats, Camera camera, Framebuffer target) {
            new ReferenceRasterizer().render(splats, camera, target, new StageTimes());
        }
    }
}
