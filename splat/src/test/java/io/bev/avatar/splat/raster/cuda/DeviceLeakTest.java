package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.StageTimes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Checks that a real device has as much free memory after a long run as before; nothing else may use it meanwhile. */
@Tag("gpu")
@ExtendWith(Gpu.class)
class DeviceLeakTest {

    /** Memory that the driver allocates and releases for itself. */
    private static final long SLACK_BYTES = 16 << 20;

    private static final Camera VIEW =
            Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, 320, 240, 0.2f);

    private final Framebuffer image = new Framebuffer(320, 240, 0, 0, 0);
    private final StageTimes times = new StageTimes();

    private void draw(CudaRasterizer rasterizer, PosedGaussians splats) {
        rasterizer.render(splats, VIEW, image, times);
    }

    @Test
    void tenThousandFrames_andHundredModels_leakNothing() {
        try (CudaRasterizer rasterizer = Gpu.open(Integer.MAX_VALUE)) {
            PosedGaussians splats = new PosedGaussians(RandomClouds.cube(1, 20_000, 1, 0.02, 3));
            for (int frame = 0; frame < 100; frame++) {
                draw(rasterizer, splats);
            }
            long free = rasterizer.freeBytes();
            long taken = rasterizer.allocatedBytes();
            for (int frame = 0; frame < 10_000; frame++) {
                draw(rasterizer, splats);
            }
            assertThat(rasterizer.allocatedBytes()).isEqualTo(taken);
            assertThat(rasterizer.freeBytes()).as("after frames").isGreaterThan(free - SLACK_BYTES);
            for (int model = 0; model < 100; model++) {
                draw(rasterizer, new PosedGaussians(RandomClouds.cube(model, 20_000, 1, 0.02, 3)));
            }
            assertThat(rasterizer.freeBytes()).as("after models").isGreaterThan(free - SLACK_BYTES);
        }
    }

    @Test
    void hundredContexts_leakNothing() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(2, 20_000, 1, 0.02, 3));
        try (CudaRasterizer witness = Gpu.open(Integer.MAX_VALUE)) {
            draw(witness, splats);
            openDrawAndClose(splats);
            long free = witness.freeBytes();
            for (int context = 0; context < 100; context++) {
                openDrawAndClose(splats);
            }
            assertThat(witness.freeBytes()).isGreaterThan(free - SLACK_BYTES);
        }
    }

    private void openDrawAndClose(PosedGaussians splats) {
        try (CudaRasterizer rasterizer = Gpu.open(Integer.MAX_VALUE)) {
            draw(rasterizer, splats);
        }
    }
}
