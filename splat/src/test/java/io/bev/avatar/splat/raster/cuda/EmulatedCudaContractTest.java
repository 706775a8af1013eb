package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole CUDA backend, with kernels that run on this processor. */
@ExtendWith(NeedsCompiler.class)
class EmulatedCudaContractTest {

    private static final long SEED = Long.getLong("avatar.seed", 20260101);

    /** Depths sorted first, then tiles; operations fused as on a device. */
    @Nested
    class DepthsFirst extends Contract {
        DepthsFirst() {
            super(Integer.MAX_VALUE, EmulatedDriver.fused(SEED));
        }
    }

    /** Tile and depth sorted at once; each operation rounded. */
    @Nested
    class WideKeys extends Contract {
        WideKeys() {
            super(0, new EmulatedDriver(SEED));
        }
    }

    abstract static class Contract extends RasterizerContractTest {

        private final int wideFrom;
        private final EmulatedDriver driver;

        Contract(int wideFrom, EmulatedDriver driver) {
            this.wideFrom = wideFrom;
            this.driver = driver;
        }

        @Override
        protected Rasterizer create() {
            byte[] image = EmulatedDriver.image();
            return new CudaRasterizer(
                    "emulation",
                    driver.open(0),
                    image,
                    new CudaRasterizer.Options(256L << 20, 1 << 20, wideFrom, Long.MAX_VALUE),
                    Ticker.system());
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
}
