package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NeedsCompiler.class)
class FallbackRasterizerTest {

    private static final Camera VIEW =
            Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, 48, 32, 0.2f);
    private static final long DEADLINE = 3_000_000_000L;

    private final EmulatedDriver emulated = new EmulatedDriver(7);
    private final FaultInjectingDriver driver = new FaultInjectingDriver(emulated);
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final List<String> ends = new ArrayList<>();
    private final PosedGaussians splats = new PosedGaussians(RandomClouds.cube(3, 60, 1, 0.1, 3));
    private final Framebuffer expected = frame();
    private long now;
    private byte[] image = new byte[0];

    @BeforeEach
    void renderExpected() {
        image = EmulatedDriver.image();
        new ReferenceRasterizer().render(splats, VIEW, expected, new StageTimes());
    }

    private static Framebuffer frame() {
        return new Framebuffer(48, 32, 0.1f, 0.2f, 0.3f);
    }

    private CudaRasterizer open() {
        return open(64 << 20);
    }

    private CudaRasterizer open(long budgetBytes) {
        return new CudaRasterizer(
                "test",
                driver.open(0),
                image,
                new CudaRasterizer.Options(budgetBytes, 1 << 20, Integer.MAX_VALUE, DEADLINE),
                () -> now);
    }

    private FallbackRasterizer guarded() {
        return new FallbackRasterizer(
                open(), this::open, new ReferenceRasterizer(), background::add, ends::add, () -> now);
    }

    /** Renders and checks the image, whichever backend rendered it. */
    private void draw(Rasterizer rasterizer) {
        Framebuffer frame = frame();
        rasterizer.render(splats, VIEW, frame, new StageTimes());
        assertThat(RasterizerContractTest.decibels(expected.bgr, frame.bgr)).isGreaterThan(50);
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void works_rendersOnTheGpu() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);

            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.posesItself()).isTrue();
            assertThat(rasterizer.problem()).isEmpty();
            assertThat(rasterizer.contextState()).isEqualTo("active");
            assertThat(rasterizer.freeBytes())
                    .hasValueSatisfying(b -> assertThat(b).isPositive());
            assertThat(rasterizer.allocatedBytes()).isPositive();
        }
        assertThat(emulated.openContexts).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "cuMemAlloc, 2",
        "cuLaunchKernel, 719",
        "cuLaunchKernel, 700",
        "cuEventQuery, 716",
        "cuMemcpyHtoDAsync, 999",
        "cuCtxSetCurrent, 4"
    })
    void failure_isRenderedByTheCpu_andTheContextRecreated(String function, int code) {
        try (FallbackRasterizer rasterizer = guarded()) {
            if (!function.equals("cuMemAlloc")) {
                draw(rasterizer);
            }
            driver.failAlways(function, code);

            draw(rasterizer);

            driver.failAlways(function, 0);
            assertThat(emulated.openContexts).as("the failed one is destroyed").isZero();
            assertThat(rasterizer.name()).isEqualTo("reference");
            assertThat(rasterizer.posesItself()).isFalse();
            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            assertThat(rasterizer.lastErrorCode()).isEqualTo(code);
            assertThat(rasterizer.contextState()).isEqualTo("lost");
            assertThat(rasterizer.problem())
                    .hasValueSatisfying(p -> assertThat(p).contains("the GPU failed", function, "(" + code + ")"));

            now += ContextRecovery.REBUILD_NANOS - 1;
            draw(rasterizer);
            assertThat(background).as("back-off").isEmpty();
            now++;
            draw(rasterizer);
            assertThat(rasterizer.contextState()).isEqualTo("rebuilding");
            runBackground();
            draw(rasterizer);

            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.problem()).isEmpty();
            assertThat(rasterizer.contextRebuilds()).isEqualTo(1);
            assertThat(ends).isEmpty();
        }
    }

    /** After a sticky error no call works, not even those that release memory. */
    @Test
    void deadContext_thatCannotBeRecreated_endsTheProcess() {
        FallbackRasterizer rasterizer = guarded();
        draw(rasterizer);
        driver.sticky = 700;

        draw(rasterizer);
        now += ContextRecovery.REBUILD_NANOS;
        draw(rasterizer);
        runBackground();
        draw(rasterizer);
        draw(rasterizer);

        assertThat(ends)
                .singleElement()
                .asString()
                .contains("could not be recreated")
                .contains("(700)");
        assertThat(rasterizer.contextState()).isEqualTo("failed");
        assertThat(rasterizer.fallbacks()).isEqualTo(1);
        rasterizer.close();
    }

    @Test
    void deviceLostAgainSoonAfter_endsTheProcess() {
        FallbackRasterizer rasterizer = guarded();
        driver.fail("cuLaunchKernel", 719);
        draw(rasterizer);
        now += ContextRecovery.REBUILD_NANOS;
        draw(rasterizer);
        runBackground();
        draw(rasterizer);
        driver.fail("cuLaunchKernel", 719);

        draw(rasterizer);

        assertThat(ends).singleElement().asString().contains("failed again");
        assertThat(rasterizer.fallbacks()).isEqualTo(2);
        rasterizer.close();
    }

    @Test
    void deviceLostAgainMuchLater_isRecreatedOnceMore() {
        try (FallbackRasterizer rasterizer = guarded()) {
            for (int time = 1; time <= 3; time++) {
                driver.fail("cuLaunchKernel", 719);
                draw(rasterizer);
                now += ContextRecovery.REBUILD_NANOS;
                draw(rasterizer);
                runBackground();
                draw(rasterizer);
                assertThat(rasterizer.contextRebuilds()).isEqualTo(time);
                now += ContextRecovery.PROVEN_NANOS + 1;
            }
            assertThat(ends).isEmpty();
        }
    }

    @Test
    void hungKernel_isAbandonedAtTheDeadline_andItsContextIsKept() {
        FallbackRasterizer rasterizer = guarded();
        draw(rasterizer);
        driver.hanging = true;
        driver.onPoll = () -> now += FrameTimeLimit.MIN_NANOS / 10;
        long hungAt = now + DEADLINE;

        while (rasterizer.lastErrorCode() == 0) {
            long before = now;
            draw(rasterizer);
            assertThat(now - before)
                    .as("wait before the CPU renders the frame")
                    .isLessThanOrEqualTo(FrameTimeLimit.MIN_NANOS * 6 / 5);
            assertThat(rasterizer.problem()).isPresent();
            assertThat(now).isLessThan(hungAt + DEADLINE / 10);
            now += DEADLINE / 100; // the CPU's frame
        }

        assertThat(now).isGreaterThan(hungAt);
        assertThat(rasterizer.lastErrorCode()).isEqualTo(DeviceWait.TIMEOUT_CODE);
        assertThat(rasterizer.problem()).hasValueSatisfying(p -> assertThat(p).contains("a kernel hangs"));
        assertThat(emulated.openContexts)
                .as("not closed: the driver would hang too")
                .isEqualTo(1);
        driver.hanging = false;
        now += ContextRecovery.REBUILD_NANOS;
        draw(rasterizer);
        runBackground();
        draw(rasterizer);
        assertThat(rasterizer.name()).isEqualTo("cuda (test)");
        rasterizer.close();
    }

    @Test
    void lateFrame_isRenderedByTheCpu_andTheGpuContinuesInItsContext() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            draw(rasterizer);
            driver.hanging = true;
            driver.onPoll = () -> now += FrameTimeLimit.MIN_NANOS / 10;

            draw(rasterizer);
            draw(rasterizer);

            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            assertThat(rasterizer.problem()).contains("rendered on the CPU: a frame of the GPU is late");
            driver.hanging = false;
            draw(rasterizer);
            assertThat(rasterizer.problem()).isEmpty();
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.contextRebuilds()).isZero();
            assertThat(emulated.openContexts).isEqualTo(1);
        }
        assertThat(emulated.openContexts).isZero();
    }

    @Test
    void modelLoadedWhileAFrameIsLate_waitsForIt() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            driver.hanging = true;
            driver.onPoll = () -> now += FrameTimeLimit.MIN_NANOS / 10;
            draw(rasterizer);
            driver.onPoll = () -> driver.hanging = false;

            rasterizer.requireCapacity(new PosedGaussians(RandomClouds.cube(4, 50, 1, 0.1, 3)), frame());

            draw(rasterizer);
            assertThat(rasterizer.problem()).isEmpty();
        }
    }

    /** A kernel that the driver itself stopped is an ordinary fault: its context still responds. */
    @Test
    void kernelThatTheDriverEnded_isNotAHang() {
        try (FallbackRasterizer rasterizer = guarded()) {
            driver.fail("cuEventQuery", DeviceWait.TIMEOUT_CODE);

            draw(rasterizer);

            assertThat(emulated.openContexts).isZero();
        }
    }

    @Test
    void kernelThatHangsAtTheEnd_isLeft() {
        FallbackRasterizer rasterizer = guarded();
        draw(rasterizer);
        driver.hanging = true;
        driver.onPoll = () -> now += DEADLINE / 10;
        rasterizer.render(splats, VIEW, frame(), new StageTimes());

        rasterizer.close();

        assertThat(emulated.openContexts).isEqualTo(1);
    }

    @Test
    void driverThatDoesNotOpen_isAbandoned_andALateResultIsClosed() {
        FallbackRasterizer rasterizer = guarded();
        driver.fail("cuLaunchKernel", 719);
        draw(rasterizer);
        now += ContextRecovery.REBUILD_NANOS;
        draw(rasterizer);
        now += ContextRecovery.OPENING_NANOS;
        draw(rasterizer);
        assertThat(ends).isEmpty();
        now++;

        draw(rasterizer);
        draw(rasterizer);

        assertThat(ends).singleElement().asString().contains("not recreated within 60 s");
        assertThat(rasterizer.contextState()).isEqualTo("failed");
        runBackground();
        draw(rasterizer);
        assertThat(rasterizer.name()).isEqualTo("reference");
        assertThat(emulated.openContexts).isZero();
        rasterizer.close();
    }

    @Test
    void contextThatComesAfterTheEnd_isClosed() {
        FallbackRasterizer before = guarded();
        before.rebuildContext();
        runBackground();
        before.close();
        assertThat(emulated.openContexts)
                .as("opened before, and no frame was rendered")
                .isZero();

        FallbackRasterizer after = guarded();
        after.rebuildContext();
        after.close();
        runBackground();
        assertThat(driver.opened).isEqualTo(4);
        assertThat(emulated.openContexts).as("opened after").isZero();
    }

    @Test
    void driverThatIsReloaded_isFoundAgain() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            driver.sticky = 4;
            draw(rasterizer);
            draw(rasterizer);
            driver.sticky = 0;
            now += ContextRecovery.REBUILD_NANOS;
            draw(rasterizer);
            runBackground();
            draw(rasterizer);

            assertThat(rasterizer.contextState()).isEqualTo("active");
            assertThat(rasterizer.fallbacks()).isEqualTo(1);
        }
    }

    @Test
    void modelThatDoesNotFit_isRejected_andTheLoadedOneStays() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            long before = rasterizer.allocatedBytes();
            PosedGaussians large = new PosedGaussians(RandomClouds.cube(4, 300_000, 3, 0.001, 1));

            assertThatThrownBy(() -> rasterizer.render(large, VIEW, frame(), new StageTimes()))
                    .isInstanceOf(MemoryBudgetException.class)
                    .hasMessageContaining("64 MiB");

            assertThat(rasterizer.allocatedBytes()).isEqualTo(before);
            draw(rasterizer);
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.fallbacks()).isZero();
        }
    }

    /** Other processes use the device: the budget would allow it, the driver does not. */
    @Test
    void modelThatExceedsFreeMemory_isRejected_andTheLoadedOneStays() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            driver.failAlways("cuMemAlloc", 2);
            PosedGaussians other = new PosedGaussians(RandomClouds.cube(4, 100, 3, 0.001, 1));

            assertThatThrownBy(() -> rasterizer.render(other, VIEW, frame(), new StageTimes()))
                    .isInstanceOf(MemoryBudgetException.class)
                    .hasMessageContaining("100 Gaussians: the device has only")
                    .hasMessageContaining("other processes use the rest");

            draw(rasterizer);
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.contextState()).isEqualTo("active");
        }
    }

    @Test
    void cachedMemory_isReleasedBeforeTheDeviceCountsAsFull() {
        try (FallbackRasterizer rasterizer = guarded()) {
            driver.fail("cuMemAlloc", 2);

            draw(rasterizer);

            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
        }
    }

    @Test
    void firstModelThatDoesNotFit_isReportedIfTheGpuIsRequired_andOtherwiseRenderedByTheCpu() {
        PosedGaussians large = new PosedGaussians(RandomClouds.cube(4, 30_000, 3, 0.001, 1));
        Counting cpu = new Counting();
        try (FallbackRasterizer rasterizer =
                new FallbackRasterizer(open(4 << 20), this::open, cpu, background::add, ends::add, () -> now)) {
            assertThatThrownBy(() -> rasterizer.requireCapacity(large, frame()))
                    .isInstanceOf(MemoryBudgetException.class)
                    .hasMessageContaining("MODEL")
                    .hasMessageContaining("gpu.memory-fraction");

            rasterizer.render(large, VIEW, frame(), new StageTimes());

            assertThat(cpu.images).isEqualTo(1);
            assertThat(rasterizer.name()).isEqualTo("counting");
            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            assertThat(rasterizer.problem())
                    .hasValueSatisfying(p -> assertThat(p).contains("rendered on the CPU"));
            rasterizer.requireCapacity(splats, frame());
            rasterizer.render(splats, VIEW, frame(), new StageTimes());
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.problem()).isEmpty();
        }
    }

    @Test
    void viewThatDoesNotFit_isRenderedByTheCpu_andTheNextByTheGpuAgain() {
        // Every Gaussian in every one of 247 tiles.
        PosedGaussians wide = new PosedGaussians(RandomClouds.cube(4, 1500, 0, 50, 1));
        Camera large =
                Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, 300, 200, 0.2f);
        try (FallbackRasterizer rasterizer = new FallbackRasterizer(
                open(4 << 20), this::open, new Counting(), background::add, ends::add, () -> now)) {
            rasterizer.render(wide, VIEW, frame(), new StageTimes());
            assertThat(rasterizer.fallbacks()).isZero();

            rasterizer.render(wide, large, new Framebuffer(300, 200, 0, 0, 0), new StageTimes());

            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            assertThat(rasterizer.problem())
                    .hasValueSatisfying(p -> assertThat(p).containsIgnoringCase("instances"));
            assertThat(rasterizer.name()).isEqualTo("counting");
            int calls = driver.calls;
            rasterizer.render(wide, large, new Framebuffer(300, 200, 0, 0, 0), new StageTimes());
            assertThat(driver.calls).as("not tried again").isEqualTo(calls);
            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            rasterizer.trimMemory();
            rasterizer.render(wide, large, new Framebuffer(300, 200, 0, 0, 0), new StageTimes());
            assertThat(driver.calls).as("tried again on request").isGreaterThan(calls + 10);
            rasterizer.render(wide, VIEW, frame(), new StageTimes());
            assertThat(rasterizer.problem()).isEmpty();
            assertThat(rasterizer.contextRebuilds()).isZero();
        }
    }

    /** A CPU rasteriser that does not write pixels. */
    private static final class Counting implements Rasterizer {

        int images;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
            images++;
        }

        @Override
        public void close() {}
    }

    @Test
    void operations_trimAndRebuild() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            long before = rasterizer.allocatedBytes();
            long model = rasterizer.usedBytes().getOrDefault(AllocationKind.MODEL, 0L);

            assertThat(rasterizer.trimMemory()).isEqualTo(before - model);

            assertThat(rasterizer.allocatedBytes()).isEqualTo(model);
            draw(rasterizer);
            assertThat(rasterizer.allocatedBytes()).isEqualTo(before);

            rasterizer.rebuildContext();
            assertThat(rasterizer.allocatedBytes()).isZero();
            assertThatThrownBy(rasterizer::trimMemory).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(rasterizer::rebuildContext).hasMessageContaining("rebuilding");
            draw(rasterizer);
            runBackground();
            draw(rasterizer);
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.fallbacks()).as("requested, not a fault").isZero();
        }
        assertThat(emulated.openContexts).isZero();
    }

    @Test
    void hundredRebuilds_leakNothing() {
        EmulatedDriver hollow = EmulatedDriver.withoutKernels();
        Supplier<CudaRasterizer> opener = () -> new CudaRasterizer(
                "test", hollow.open(0), image, CudaRasterizer.Options.of(64 << 20, 1 << 20), () -> now);
        try (FallbackRasterizer rasterizer =
                new FallbackRasterizer(opener.get(), opener, new Counting(), background::add, ends::add, () -> now)) {
            for (int time = 0; time < 100; time++) {
                rasterizer.rebuildContext();
                runBackground();
                rasterizer.render(splats, VIEW, frame(), new StageTimes());
                assertThat(hollow.openContexts).isEqualTo(1);
            }
            assertThat(rasterizer.contextRebuilds()).isEqualTo(100);
        }
        assertThat(hollow.openContexts).isZero();
    }
}
