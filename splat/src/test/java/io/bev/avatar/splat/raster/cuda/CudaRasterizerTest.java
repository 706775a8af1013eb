package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.pose.Posers;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.builtin.BuiltInAvatar;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests beyond the contract of rasterisers. */
@ExtendWith(NeedsCompiler.class)
class CudaRasterizerTest {

    private static final CudaRasterizer.Options OPTIONS =
            new CudaRasterizer.Options(256L << 20, 1 << 20, Integer.MAX_VALUE, Long.MAX_VALUE);

    private static CudaRasterizer open(EmulatedDriver.EmulatedContext context) {
        return new CudaRasterizer("test", context, EmulatedDriver.image(), OPTIONS, Ticker.system());
    }

    private static Camera view(int width, int height) {
        return Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, width, height, 0.2f);
    }

    private static byte[] draw(CudaRasterizer rasterizer, PosedGaussians splats, int width, int height) {
        Framebuffer picture = new Framebuffer(width, height, 0, 0, 0);
        rasterizer.render(splats, view(width, height), picture, new StageTimes());
        return picture.bgr;
    }

    /** Results that depend on the order of threads would differ. */
    @Test
    void orderOfThreads_changesNothing() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(1, 2000, 1, 0.1, 4));
        List<byte[]> images = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
            try (CudaRasterizer rasterizer = open(new EmulatedDriver(seed).open(0))) {
                images.add(draw(rasterizer, splats, 100, 70));
            }
        }
        assertThat(images).allSatisfy(p -> assertThat(p).isEqualTo(images.get(0)));
    }

    /** 300 Gaussians as large as the image reach all tiles 300 times, far more than the initial capacity. */
    @Test
    void tooLittleCapacity_grows_andTheFrameIsRenderedAgain() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(2, 300, 0, 5, 1.2));
        Framebuffer expected = new Framebuffer(160, 112, 0, 0, 0);
        new ReferenceRasterizer().render(splats, view(160, 112), expected, new StageTimes());
        try (CudaRasterizer rasterizer = open(new EmulatedDriver(1).open(0))) {
            draw(rasterizer, new PosedGaussians(RandomClouds.cube(2, 300, 0, 0.01, 1)), 160, 112);
            long before = rasterizer.usedBytes().getOrDefault(AllocationKind.INSTANCES, 0L);

            byte[] picture = draw(rasterizer, splats, 160, 112);

            assertThat(RasterizerContractTest.decibels(expected.bgr, picture)).isGreaterThan(50);
            assertThat(rasterizer.usedBytes().getOrDefault(AllocationKind.INSTANCES, 0L))
                    .isGreaterThan(before);
        }
    }

    /** 2^33 instances, as when 260,000 Gaussians each fill an image of 32,400 tiles: the sum exceeds 32 bits. */
    @Test
    void moreInstancesThanAnIntegerHolds_areReportedAsTooMany() {
        int blocks = 256;
        try (EmulatedDriver.EmulatedContext context = new EmulatedDriver(1).open(0)) {
            Kernels kernels = new Kernels(context, EmulatedDriver.image());
            ByteBuffer frame = Kernels.FRAME.buffer();
            long sums = context.allocate(4L * blocks);
            long counters = context.allocate(4 * KernelConstants.COUNTERS);
            Kernels.FRAME.pointer(frame, "block_sum", sums);
            Kernels.FRAME.pointer(frame, "counter", counters);
            Kernels.FRAME.number(frame, "count", blocks * KernelConstants.SCAN_BLOCK);
            Kernels.FRAME.number(frame, "capacity", 1 << 20);
            CudaContext.Pinned memory = context.pin(4 * blocks);
            for (int b = 0; b < blocks; b++) {
                memory.bytes().putInt(4 * b, 1 << 25);
            }
            context.upload(memory, 0, sums, 4L * blocks, 0).enqueue();

            context.launch(
                            kernels.function("scan_totals"),
                            1,
                            KernelConstants.SCAN_THREADS,
                            0,
                            frame,
                            kernels.pass(0, 0))
                    .enqueue();

            context.download(counters, memory, 0, 4 * KernelConstants.COUNTERS, 0)
                    .enqueue();
            assertThat(memory.bytes().getInt(4 * KernelConstants.COUNTER_NEEDED_HIGH))
                    .isEqualTo(2);
            assertThat(memory.bytes().getInt(4 * KernelConstants.COUNTER_NEEDED_LOW))
                    .isZero();
            assertThat(memory.bytes().getInt(4 * KernelConstants.COUNTER_OVERFLOW))
                    .isEqualTo(1);
            assertThat(memory.bytes().getInt(4 * KernelConstants.COUNTER_INSTANCES))
                    .isEqualTo(1 << 20);
            context.download(sums, memory, 0, 4L * blocks, 0).enqueue();
            assertThat(Integer.toUnsignedLong(memory.bytes().getInt(4 * (blocks - 1))))
                    .as("no wrap-around to an address within")
                    .isEqualTo(0xc0000000L);
        }
    }

    @Test
    void framesInFlight_comeBackInOrder() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(5, 100, 0, 0.1, 3));
        Framebuffer first = new Framebuffer(48, 32, 1, 0, 0);
        Framebuffer second = new Framebuffer(48, 32, 0, 0, 1);
        StageTimes times = new StageTimes();
        try (CudaRasterizer rasterizer = open(new EmulatedDriver(1).open(0))) {
            byte[] alone = drawn(rasterizer, splats, first);
            byte[] other = drawn(rasterizer, splats, second);
            rasterizer.submit(splats, view(48, 32), first);
            rasterizer.submit(splats, view(48, 32), second);
            assertThatThrownBy(() -> rasterizer.submit(splats, view(48, 32), first))
                    .hasMessageContaining("collect one first");
            Framebuffer read = new Framebuffer(48, 32, 0, 0, 0);
            rasterizer.collect(read, times);
            assertThat(read.bgr).isEqualTo(alone);
            rasterizer.submit(splats, view(48, 32), first);
            rasterizer.collect(read, times);
            assertThat(read.bgr).isEqualTo(other);
            rasterizer.collect(read, times);
            assertThat(read.bgr).isEqualTo(alone);
            assertThatThrownBy(() -> rasterizer.collect(read, times)).hasMessageContaining("submit one first");
        }
    }

    private static byte[] drawn(CudaRasterizer rasterizer, PosedGaussians splats, Framebuffer picture) {
        rasterizer.render(splats, view(picture.width, picture.height), picture, new StageTimes());
        return picture.bgr.clone();
    }

    /** The rig of the built-in avatar: the device poses like the host. */
    @Test
    void rig_posesLikeTheHost() {
        requireRigPosesLikeTheHost(open(new EmulatedDriver(1).open(0)));
    }

    static void requireRigPosesLikeTheHost(CudaRasterizer opened) {
        Avatar avatar = BuiltInAvatar.load();
        Poser poser = Posers.of(avatar);
        ExpressionFrame expression = new ExpressionFrame();
        for (int i = 0; i < expression.weights.length; i++) {
            expression.weights[i] = 0.2f + 0.2f * (float) Math.sin(i);
        }
        expression.headYaw = 0.3f;
        expression.headPitch = -0.2f;
        expression.headRoll = 0.1f;
        expression.breath = 0.7f;
        Camera camera = Camera.of(avatar.framing(), 160, 120);
        PosedGaussians posed = new PosedGaussians(avatar.cloud());
        poser.pose(expression, posed);
        Framebuffer expected = new Framebuffer(160, 120, 0, 0, 0);
        new ReferenceRasterizer().render(posed, camera, expected, new StageTimes());
        Framebuffer atRest = new Framebuffer(160, 120, 0, 0, 0);
        new ReferenceRasterizer().render(new PosedGaussians(avatar.cloud()), camera, atRest, new StageTimes());
        Framebuffer picture = new Framebuffer(160, 120, 0, 0, 0);
        try (CudaRasterizer rasterizer = opened) {
            PosedGaussians splats = new PosedGaussians(avatar.cloud());
            poser.prepare(expression, splats);

            rasterizer.render(splats, camera, picture, new StageTimes());

            assertThat(RasterizerContractTest.decibels(expected.bgr, picture.bgr))
                    .isGreaterThan(50);
            assertThat(RasterizerContractTest.decibels(expected.bgr, atRest.bgr))
                    .as("the pose is visible")
                    .isLessThan(40);
            assertThat(splats.x).as("left at rest").isEqualTo(avatar.cloud().x);
        }
    }

    @Test
    void cloudPosedByTheHost_isUploadedWhenItChanges() {
        GaussianCloud cloud = RandomClouds.cube(6, 80, 0, 0.1, 3);
        PosedGaussians splats = new PosedGaussians(cloud);
        try (CudaRasterizer rasterizer = open(new EmulatedDriver(1).open(0))) {
            byte[] before = draw(rasterizer, splats, 48, 32);
            for (int i = 0; i < splats.count; i++) {
                splats.x[i] += 0.5f;
            }
            splats.revision++;

            byte[] after = draw(rasterizer, splats, 48, 32);

            assertThat(after).isNotEqualTo(before);
            Framebuffer expected = new Framebuffer(48, 32, 0, 0, 0);
            new ReferenceRasterizer().render(splats, view(48, 32), expected, new StageTimes());
            assertThat(RasterizerContractTest.decibels(expected.bgr, after)).isGreaterThan(50);
        }
    }

    @Test
    void tenThousandFrames_andHundredModels_leakNothing() {
        EmulatedDriver driver = EmulatedDriver.withoutKernels();
        EmulatedDriver.EmulatedContext context = driver.open(0);
        CudaRasterizer rasterizer = open(context);
        PosedGaussians one = new PosedGaussians(RandomClouds.cube(7, 1, 0, 0.1, 1));
        draw(rasterizer, one, 16, 16);
        draw(rasterizer, one, 16, 16);
        int held = context.held();
        long bytes = context.heldBytes();
        Framebuffer picture = new Framebuffer(16, 16, 0, 0, 0);
        Camera camera = view(16, 16);
        StageTimes times = new StageTimes();
        for (int frame = 0; frame < 10_000; frame++) {
            rasterizer.render(one, camera, picture, times);
        }
        assertThat(context.held()).as("after frames").isEqualTo(held);
        assertThat(context.heldBytes()).isEqualTo(bytes);
        for (int model = 0; model < 100; model++) {
            draw(rasterizer, new PosedGaussians(RandomClouds.cube(model, 1, 0, 0.1, 1)), 16, 16);
        }
        assertThat(context.held()).as("after models").isEqualTo(held);
        assertThat(context.heldBytes()).isEqualTo(bytes);

        rasterizer.close();

        assertThat(context.held()).isZero();
        assertThat(driver.openContexts).isZero();
    }
}
