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
    private final FaultyDriver driver = new FaultyDriver(emulated);
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final List<String> ends = new ArrayList<>();
    private final PosedGaussians splats = new PosedGaussians(RandomClouds.cube(3, 60, 1, 0.1, 3));
    private final Framebuffer expected = picture();
    private long now;
    private byte[] image = new byte[0];

    @BeforeEach
    void drawExpected() {
        image = EmulatedDriver.image();
        new ReferenceRasterizer().render(splats, VIEW, expected, new StageTimes());
    }

    private static Framebuffer picture() {
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

    /** Draws, and sees that the picture is right, whoever drew it. */
    private void draw(Rasterizer rasterizer) {
        Framebuffer picture = picture();
        rasterizer.render(splats, VIEW, picture, new StageTimes());
        assertThat(RasterizerContractTest.decibels(expected.bgr, picture.bgr)).isGreaterThan(50);
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void works_drawsOnTheGpu() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);

            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.posesItself()).isTrue();
            assertThat(rasterizer.problem()).isEmpty();
            assertThat(rasterizer.contextState()).isEqualTo("active");
            assertThat(rasterizer.freeBytes())
                    .hasValueSatisfying(b -> assertThat(b).isPositive());
            assertThat(rasterizer.takenBytes()).isPositive();
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
    void failure_isDrawnByTheCpu_andTheContextMadeAnew(String function, int code) {
        try (FallbackRasterizer rasterizer = guarded()) {
            if (!function.equals("cuMemAlloc")) {
                draw(rasterizer);
            }
            driver.failAlways(function, code);

            draw(rasterizer);

            driver.failAlways(function, 0);
            assertThat(emulated.openContexts).as("the failed one is ended").isZero();
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

    /** After a sticky error nothing answers, not even what would give memory back. */
    @Test
    void deadContext_thatCannotBeMadeAnew_endsTheProcess() {
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
                .contains("could not be made anew")
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
    void deviceLostAgainMuchLater_isMadeAnewOnceMore() {
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
    void hungKernel_isGivenUpAtTheDeadline_andItsContextLeftAlone() {
        FallbackRasterizer rasterizer = guarded();
        draw(rasterizer);
        driver.hanging = true;
        driver.look = () -> now += DEADLINE / 10;

        draw(rasterizer);

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

    /** A kernel that the driver itself ended is a fault like others: its context answers. */
    @Test
    void kernelThatTheDriverEnded_isNoHang() {
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
        driver.look = () -> now += DEADLINE / 10;
        rasterizer.render(splats, VIEW, picture(), new StageTimes());

        rasterizer.close();

        assertThat(emulated.openContexts).isEqualTo(1);
    }

    @Test
    void driverThatDoesNotOpen_isGivenUp_andWhatComesTooLateIsClosed() {
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

        assertThat(ends).singleElement().asString().contains("not made anew within 60 s");
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
        assertThat(emulated.openContexts).as("came before, and nobody drew").isZero();

        FallbackRasterizer after = guarded();
        after.rebuildContext();
        after.close();
        runBackground();
        assertThat(driver.opened).isEqualTo(4);
        assertThat(emulated.openContexts).as("came after").isZero();
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
    void modelThatDoesNotFit_isRefused_andTheHeldOneStays() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            long before = rasterizer.takenBytes();
            PosedGaussians large = new PosedGaussians(RandomClouds.cube(4, 300_000, 3, 0.001, 1));

            assertThatThrownBy(() -> rasterizer.render(large, VIEW, picture(), new StageTimes()))
                    .isInstanceOf(MemoryBudgetException.class)
                    .hasMessageContaining("64 MiB");

            assertThat(rasterizer.takenBytes()).isEqualTo(before);
            draw(rasterizer);
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.fallbacks()).isZero();
        }
    }

    /** Other programs hold the device: the budget would allow it, the driver does not. */
    @Test
    void modelThatTheDriverHasNoRoomFor_isRefused_andTheHeldOneStays() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            driver.failAlways("cuMemAlloc", 2);
            PosedGaussians other = new PosedGaussians(RandomClouds.cube(4, 100, 3, 0.001, 1));

            assertThatThrownBy(() -> rasterizer.render(other, VIEW, picture(), new StageTimes()))
                    .isInstanceOf(MemoryBudgetException.class)
                    .hasMessageContaining("100 Gaussians: the device has only")
                    .hasMessageContaining("other programs hold the rest");

            draw(rasterizer);
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.contextState()).isEqualTo("active");
        }
    }

    @Test
    void memoryKeptForLater_isGivenBackBeforeTheDeviceCountsAsFull() {
        try (FallbackRasterizer rasterizer = guarded()) {
            driver.fail("cuMemAlloc", 2);

            draw(rasterizer);

            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
        }
    }

    @Test
    void firstModelThatDoesNotFit_isToldToWhoInsists_andDrawnByTheCpuElse() {
        PosedGaussians large = new PosedGaussians(RandomClouds.cube(4, 30_000, 3, 0.001, 1));
        Counting cpu = new Counting();
        try (FallbackRasterizer rasterizer =
                new FallbackRasterizer(open(4 << 20), this::open, cpu, background::add, ends::add, () -> now)) {
            assertThatThrownBy(() -> rasterizer.requireRoom(large, picture()))
                    .isInstanceOf(MemoryBudgetException.class)
                    .hasMessageContaining("MODEL")
                    .hasMessageContaining("gpu.memory-fraction");

            rasterizer.render(large, VIEW, picture(), new StageTimes());

            assertThat(cpu.pictures).isEqualTo(1);
            assertThat(rasterizer.name()).isEqualTo("counting");
            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            assertThat(rasterizer.problem())
                    .hasValueSatisfying(p -> assertThat(p).contains("drawn by the CPU"));
            rasterizer.requireRoom(splats, picture());
            rasterizer.render(splats, VIEW, picture(), new StageTimes());
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.problem()).isEmpty();
        }
    }

    @Test
    void viewThatDoesNotFit_isDrawnByTheCpu_andTheNextByTheGpuAgain() {
        // Every Gaussian in every one of 247 tiles.
        PosedGaussians wide = new PosedGaussians(RandomClouds.cube(4, 1500, 0, 50, 1));
        Camera large =
                Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, 300, 200, 0.2f);
        try (FallbackRasterizer rasterizer = new FallbackRasterizer(
                open(4 << 20), this::open, new Counting(), background::add, ends::add, () -> now)) {
            rasterizer.render(wide, VIEW, picture(), new StageTimes());
            assertThat(rasterizer.fallbacks()).isZero();

            rasterizer.render(wide, large, new Framebuffer(300, 200, 0, 0, 0), new StageTimes());

            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            assertThat(rasterizer.problem())
                    .hasValueSatisfying(p -> assertThat(p).containsIgnoringCase("instances"));
            assertThat(rasterizer.name()).isEqualTo("counting");
            int calls = driver.calls;
            rasterizer.render(wide, large, new Framebuffer(300, 200, 0, 0, 0), new StageTimes());
            assertThat(driver.calls).as("not tried again in vain").isEqualTo(calls);
            assertThat(rasterizer.fallbacks()).isEqualTo(1);
            rasterizer.trimMemory();
            rasterizer.render(wide, large, new Framebuffer(300, 200, 0, 0, 0), new StageTimes());
            assertThat(driver.calls).as("tried again when asked for").isGreaterThan(calls + 10);
            rasterizer.render(wide, VIEW, picture(), new StageTimes());
            assertThat(rasterizer.problem()).isEmpty();
            assertThat(rasterizer.contextRebuilds()).isZero();
        }
    }

    /** The CPU, without its pixels. */
    private static final class Counting implements Rasterizer {

        int pictures;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
            pictures++;
        }

        @Override
        public void close() {}
    }

    @Test
    void operations_trimAndRebuild() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            long before = rasterizer.takenBytes();
            long model = rasterizer.usedBytes().getOrDefault(AllocationKind.MODEL, 0L);

            assertThat(rasterizer.trimMemory()).isEqualTo(before - model);

            assertThat(rasterizer.takenBytes()).isEqualTo(model);
            draw(rasterizer);
            assertThat(rasterizer.takenBytes()).isEqualTo(before);

            rasterizer.rebuildContext();
            assertThat(rasterizer.takenBytes()).isZero();
            assertThatThrownBy(rasterizer::trimMemory).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(rasterizer::rebuildContext).hasMessageContaining("rebuilding");
            draw(rasterizer);
            runBackground();
            draw(rasterizer);
            assertThat(rasterizer.name()).isEqualTo("cuda (test)");
            assertThat(rasterizer.fallbacks()).as("asked for, no fault").isZero();
        }
        assertThat(emulated.openContexts).isZero();
    }

    @Test
    void hundredRebuilds_leaveNothing() {
        EmulatedDriver hollow = EmulatedDriver.withoutKernels();
        Supplier<CudaRasterizer> opener = () -> new CudaRasterizer(
                "test", hollow.open(0), image, CudaRasterizer.Options.of(64 << 20, 1 << 20), () -> now);
        try (FallbackRasterizer rasterizer =
                new FallbackRasterizer(opener.get(), opener, new Counting(), background::add, ends::add, () -> now)) {
            for (int time = 0; time < 100; time++) {
                rasterizer.rebuildContext();
                runBackground();
                rasterizer.render(splats, VIEW, picture(), new StageTimes());
                assertThat(hollow.openContexts).isEqualTo(1);
            }
            assertThat(rasterizer.contextRebuilds()).isEqualTo(100);
        }
        assertThat(hollow.openContexts).isZero();
    }
}
