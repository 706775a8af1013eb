package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuRasterizerTest {

    private static final Camera CAMERA =
            Camera.lookAt(new float[] {0, 0, 3}, new float[3], new float[] {0, 1, 0}, 45, 320, 180, 0.2f);
    private static final int MAX_ROUNDS = 200;
    private static final int FRAMES = 50;
    /** Bytes that the measurement and the JVM itself may allocate per frame. */
    private static final long ALLOWED_BYTES = 256;

    static List<TileKernel> kernels() {
        return List.of(new ScalarTileKernel(), TileKernels.fastest());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void warmFrames_allocateNothingOnAnyThread(TileKernel kernel) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(7, 3000, 1, 0.03, 3));
        Framebuffer image = new Framebuffer(320, 180, 0, 0, 0);
        StageTimes times = new StageTimes();
        try (CpuRasterizer rasterizer = new CpuRasterizer(3, kernel)) {
            long[] ids = threadsOf(rasterizer);
            assertThat(ids).hasSize(3);
            long perFrame = Long.MAX_VALUE;
            // Until compilation is complete, which takes longer on a busy machine, vectors are objects.
            for (int round = 0; round < MAX_ROUNDS && perFrame > ALLOWED_BYTES; round++) {
                long before = sum(threads.getThreadAllocatedBytes(ids));
                for (int frame = 0; frame < FRAMES; frame++) {
                    rasterizer.render(splats, CAMERA, image, times);
                }
                perFrame = (sum(threads.getThreadAllocatedBytes(ids)) - before) / FRAMES;
            }

            assertThat(perFrame).as("bytes per frame").isLessThanOrEqualTo(ALLOWED_BYTES);
        }
    }

    @Test
    void stageTimes_areFilled() {
        StageTimes times = new StageTimes();
        try (CpuRasterizer rasterizer = new CpuRasterizer(2, new ScalarTileKernel())) {
            PosedGaussians splats = new PosedGaussians(RandomClouds.cube(8, 500, 0, 0.05, 3));
            rasterizer.render(splats, CAMERA, new Framebuffer(320, 180, 0, 0, 0), times);
        }

        assertThat(times.projectNanos).isPositive();
        assertThat(times.sortNanos).isPositive();
        assertThat(times.blendNanos).isPositive();
    }

    @Test
    void anyNumberOfThreads_rendersTheSameBytes() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(9, 5000, 2, 0.04, 4));
        byte[] one = draw(splats, 1);

        assertThat(draw(splats, 2)).isEqualTo(one);
        assertThat(draw(splats, 7)).isEqualTo(one);
    }

    @Test
    void close_stopsTheThreads() {
        CpuRasterizer rasterizer = new CpuRasterizer(3, new ScalarTileKernel());
        List<Thread> helpers = rasterizer.helpers();
        assertThat(helpers).hasSize(2).allMatch(Thread::isDaemon);

        rasterizer.close();

        assertThat(helpers).allSatisfy(helper -> assertThat(joined(helper)).isTrue());
        PosedGaussians splats = new PosedGaussians(new GaussianCloud(0, 0));
        Framebuffer image = new Framebuffer(320, 180, 0, 0, 0);
        assertThatThrownBy(() -> rasterizer.render(splats, CAMERA, image, new StageTimes()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void name_containsTheKernel() {
        try (CpuRasterizer rasterizer = new CpuRasterizer(1, new ScalarTileKernel())) {
            assertThat(rasterizer.name()).isEqualTo("cpu (scalar)");
        }
    }

    /**
     * The number of frames until the better kernel is used depends on the JIT; the images must not show which one is
     * used.
     */
    @Test
    void warming_everyFrame_matchesTheScalarKernel() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(10, 3000, 1, 0.05, 3));
        Framebuffer expected = new Framebuffer(320, 180, 0, 0, 0);
        Framebuffer image = new Framebuffer(320, 180, 0, 0, 0);
        try (CpuRasterizer scalar = new CpuRasterizer(2, new ScalarTileKernel());
                CpuRasterizer warming = CpuRasterizer.warming(2, TileKernels.fastest())) {
            scalar.render(splats, CAMERA, expected, new StageTimes());
            assertThat(warming.name()).isEqualTo("cpu (" + TileKernels.fastest().name() + ")");
            for (int frame = 0; frame < 20; frame++) {
                warming.render(splats, CAMERA, image, new StageTimes());
                assertThat(RasterizerContractTest.decibels(expected.bgr, image.bgr))
                        .isGreaterThan(50);
            }
        }
    }

    private static byte[] draw(PosedGaussians splats, int threads) {
        Framebuffer image = new Framebuffer(320, 180, 0, 0, 0);
        try (CpuRasterizer rasterizer = new CpuRasterizer(threads, TileKernels.fastest())) {
            rasterizer.render(splats, CAMERA, image, new StageTimes());
        }
        return image.bgr;
    }

    private static boolean joined(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(30).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private static long[] threadsOf(CpuRasterizer rasterizer) {
        long[] ids = new long[rasterizer.helpers().size() + 1];
        ids[0] = Thread.currentThread().getId();
        for (int h = 1; h < ids.length; h++) {
            ids[h] = rasterizer.helpers().get(h - 1).getId();
        }
        return ids;
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }
}
