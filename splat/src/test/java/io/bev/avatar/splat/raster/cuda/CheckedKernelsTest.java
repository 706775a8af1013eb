package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the kernels with every access checked: bounds, reads of unwritten memory, missing barriers between threads. */
@ExtendWith(NeedsCompiler.class)
class CheckedKernelsTest {

    private static final int THREADS = 64;

    /** Each piece of memory is a separate block between guards. */
    private static CudaRasterizer open(int wideFrom) {
        return new CudaRasterizer(
                "checked",
                EmulatedDriver.checked(5).open(0),
                EmulatedDriver.image(),
                new CudaRasterizer.Options(64L << 20, 1, wideFrom, Long.MAX_VALUE),
                Ticker.system());
    }

    private static Camera view(int width, int height) {
        return Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, width, height, 0.2f);
    }

    private static void requireFaultless(CudaRasterizer rasterizer, GaussianCloud cloud, Camera camera) {
        Framebuffer expected = new Framebuffer(camera.width(), camera.height(), 0.1f, 0.2f, 0.3f);
        Framebuffer picture = new Framebuffer(camera.width(), camera.height(), 0.1f, 0.2f, 0.3f);
        PosedGaussians splats = new PosedGaussians(cloud);
        new ReferenceRasterizer().render(splats, camera, expected, new StageTimes());

        rasterizer.render(splats, camera, picture, new StageTimes());

        assertThat(RasterizerContractTest.decibels(expected.bgr, picture.bgr)).isGreaterThan(50);
    }

    /** Both sorts: few and many Gaussians, none, some on all tiles, more than the initial capacity. */
    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE})
    void frames_areFaultless(int wideFrom) {
        try (CudaRasterizer rasterizer = open(wideFrom)) {
            requireFaultless(rasterizer, RandomClouds.cube(1, 1100, 3, 0.08, 3), view(101, 67));
            requireFaultless(rasterizer, new GaussianCloud(0, 0), view(33, 17));
            requireFaultless(rasterizer, RandomClouds.cube(2, 120, 0, 5, 1.2), view(160, 112));
        }
    }

    /** Each of these faults is found, for any order of threads. */
    @ParameterizedTest
    @CsvSource({
        "beyond_the_end, 1, beyond the allocated memory",
        "read_unwritten, 1, unwritten memory",
        "shared_unwritten, 1, unwritten memory",
        "no_barrier, 1, race",
        "no_warp_barrier, 1, race",
        "overwritten_too_early, 1, race",
        "two_blocks, 2, race",
        "two_barriers, 1, different barriers",
        "half_a_warp, 1, deadlock",
        "misaligned, 1, without a defined result",
        "too_large_for_an_int, 1, without a defined result",
        "faultless_barriers, 1, ''",
        "faultless_atomics, 1, ''"
    })
    void mistakes_areFound(String kernel, int blocks, String found) {
        String program = KernelConstants.text()
                + KernelSource.read("frame.h")
                + EmulatedKernels.resource("/emulation/faulty.cu");
        for (int seed = 0; seed < 4; seed++) {
            try (EmulatedDriver.EmulatedContext context =
                    EmulatedDriver.checked(seed, program).open(0)) {
                long function = context.function(context.loadModule("// mine".getBytes(UTF_8)), kernel);
                ByteBuffer frame = Kernels.FRAME.buffer();
                for (String array : List.of("offset", "touched", "record")) {
                    Kernels.FRAME.pointer(frame, array, context.allocate(4 * THREADS));
                }
                CudaContext.Command launch = context.launch(function, blocks, THREADS, 0, frame, Kernels.PASS.buffer());
                if (found.isEmpty()) {
                    launch.enqueue();
                } else {
                    assertThatThrownBy(launch::enqueue)
                            .hasMessageContaining("emulated kernel " + kernel + " failed")
                            .hasMessageContaining(found);
                }
            }
        }
    }

    @Test
    void rig_isFaultless() {
        CudaRasterizerTest.requireRigPosesLikeTheHost(open(Integer.MAX_VALUE));
    }
}
