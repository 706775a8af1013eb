package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.raster.cuda.FakeCudaDriverControl.Word;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that {@link FakeCudaDriverTest} runs in a process with the fake CUDA driver; all calls go through jcuda's
 * natives.
 */
final class FakeCudaDriverChecks {

    private static final Path DIRECTORY = Path.of("target", "gpu");
    private static final Camera VIEW = view(48, 32);
    private static final long HALF_AN_HOUR = 1_800_000_000_000L;

    private FakeCudaDriverControl control;
    private final List<String> ends = new ArrayList<>();
    private final PosedGaussians splats = new PosedGaussians(RandomClouds.cube(3, 60, 1, 0.1, 3));
    private final Framebuffer expected = image(VIEW);
    private long now;

    /** Time advances only while a kernel hangs. */
    private final Ticker ticker = () -> {
        now += hung() ? 1_000_000_000L : 0;
        return now;
    };

    private boolean hangs;
    /** Contexts of lost devices and of hung kernels stay until the process exits. */
    private final Map<Word, Long> before = new EnumMap<>(Word.class);

    /** Resources held in addition to those at the start of the test. */
    private Map<Word, Long> held() {
        Map<Word, Long> more = control.held();
        before.forEach((word, number) -> more.merge(word, -number, Long::sum));
        more.values().removeIf(number -> number == 0);
        return more;
    }

    private boolean hung() {
        return hangs && control.get(Word.HANG) == 0;
    }

    private static Camera view(int width, int height) {
        return Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, width, height, 0.2f);
    }

    private static Framebuffer image(Camera camera) {
        return new Framebuffer(camera.width(), camera.height(), 0.1f, 0.2f, 0.3f);
    }

    @BeforeEach
    void attach() throws Exception {
        control = FakeCudaDriverControl.open(Path.of(System.getenv(FakeCudaDriverControl.VARIABLE)));
        before.putAll(control.held());
        new ReferenceRasterizer().render(splats, VIEW, expected, new StageTimes());
    }

    @AfterEach
    void makeNoMistakes() {
        control.clearFaults();
        assertThat(control.get(Word.MISUSES)).as("invalid calls, see above").isZero();
    }

    private static CudaBackend backend(int index, Ticker ticker) {
        CudaDevices found = CudaDiscovery.ofMachine(System.getenv(), DIRECTORY).find();
        assertThat(found.problem()).isEmpty();
        return new CudaBackend(
                CudaDiscovery.driver(), found.devices().get(index), new KernelCache(DIRECTORY), 0.6, 1 << 20, ticker);
    }

    private CudaRasterizer open() {
        return backend(0, ticker).open();
    }

    private FallbackRasterizer guarded() {
        CudaBackend backend = backend(0, ticker);
        return new FallbackRasterizer(
                backend.open(), backend::open, new ReferenceRasterizer(), Runnable::run, ends::add, ticker);
    }

    private void draw(Rasterizer rasterizer) {
        draw(rasterizer, splats, VIEW, expected);
    }

    private static void draw(Rasterizer rasterizer, PosedGaussians splats, Camera camera, Framebuffer expected) {
        Framebuffer image = image(camera);
        rasterizer.render(splats, camera, image, new StageTimes());
        assertThat(RasterizerContractTest.decibels(expected.bgr, image.bgr)).isGreaterThan(50);
    }

    /** Start, frame, another size, more instances than the capacity, trim, another model, close. */
    @Test
    void wholeLife_leaksNothing() {
        CudaRasterizer rasterizer = open();
        draw(rasterizer);
        Map<Word, Long> first = held();
        assertThat(first).containsEntry(Word.CONTEXTS, 1L).containsEntry(Word.MODULES, 1L);

        PosedGaussians many = new PosedGaussians(RandomClouds.cube(4, 400, 0, 3, 2));
        Camera wide = view(160, 120);
        Framebuffer image = image(wide);
        new ReferenceRasterizer().render(many, wide, image, new StageTimes());
        draw(rasterizer, many, wide, image);
        assertThat(rasterizer.usedBytes().get(AllocationKind.INSTANCES))
                .as("grown")
                .isGreaterThan(8L * 400 * 24);
        long trimmed = rasterizer.trim();

        assertThat(trimmed).isPositive();
        assertThat(held()).as("the model").containsEntry(Word.ALLOCATIONS, 1L);
        assertThat(held()).containsEntry(Word.ALLOCATED_BYTES, rasterizer.allocatedBytes());
        draw(rasterizer, many, wide, image);
        rasterizer.trim();
        draw(rasterizer);
        assertThat(held()).as("as at first").isEqualTo(first);

        rasterizer.close();
        assertThat(held()).isEmpty();
    }

    /** Commands run while the next ones are submitted: host writes in the meantime must not affect them. */
    @Test
    void framesInFlight_doNotMix() {
        StageTimes times = new StageTimes();
        Framebuffer read = image(VIEW);
        try (CudaRasterizer rasterizer = open()) {
            for (int i = 0; i < 20; i++) {
                Framebuffer dark = new Framebuffer(48, 32, 0, 0, 0);
                rasterizer.submit(splats, VIEW, expected);
                rasterizer.submit(splats, VIEW, dark);
                rasterizer.collect(read, times);
                assertThat(RasterizerContractTest.decibels(expected.bgr, read.bgr))
                        .isGreaterThan(50);
                rasterizer.collect(read, times);
                assertThat(RasterizerContractTest.decibels(expected.bgr, read.bgr))
                        .isLessThan(40);
            }
        }
        assertThat(held()).isEmpty();
    }

    /** Each allocation of device and pinned memory fails in turn, during start and rendering. */
    @ParameterizedTest
    @ValueSource(strings = {"ALLOCATION_FAULT", "PIN_FAULT"})
    void outOfMemory_atAnyAllocation_leaksNothing(String fault) {
        for (int allocation = 1; allocation <= 6; allocation++) {
            control.set(Word.valueOf(fault), allocation);
            // Some are optional, or are retried with a smaller size.
            Throwable problem = catchThrowable(() -> {
                try (CudaRasterizer rasterizer = open()) {
                    draw(rasterizer);
                }
            });
            assertThat(held()).as("after failure %d: %s", allocation, problem).isEmpty();
            assertThat(control.get(Word.valueOf(fault)))
                    .as("left to the failure")
                    .isLessThan(allocation);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {700, 719, 716})
    void kernelThatFails_corruptsOnlyItsContext(int code) {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            control.set(Word.LAUNCH_RESULT, code);
            control.set(Word.LAUNCH_FAULT, 5);
            requireCpuFrame(rasterizer, code);
            requireRebuild(rasterizer);
            control.set(Word.LAUNCH_FAULT, 1);
            draw(rasterizer);
            assertThat(rasterizer.contextState()).as("a second time soon after").isEqualTo("failed");
            assertThat(ends).singleElement().asString().contains("(" + code + ")");
        }
    }

    /** Documented effect of an illegal address: no call works until the process exits. */
    @Test
    void kernelThatCorruptsTheProcess_endsIt() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            control.set(Word.DEVICE_LOST, 700);
            requireCpuFrame(rasterizer, 700);
            now += ContextRecovery.REBUILD_NANOS;
            draw(rasterizer);
            draw(rasterizer);
            assertThat(rasterizer.contextState()).isEqualTo("failed");
            assertThat(ends).singleElement().asString().contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)");
            control.clearFaults();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {46, 101, 999})
    void deviceThatIsLost_andReturns_rendersAgain(int code) {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            control.set(Word.DEVICE_LOST, code);
            requireCpuFrame(rasterizer, code);
            control.set(Word.DEVICE_LOST, 0);
            requireRebuild(rasterizer);
            assertThat(ends).isEmpty();
        }
    }

    /** Nothing waits for the kernel, which the driver would do forever; its context stays, and another one renders. */
    @Test
    void kernelThatHangs_isLeft() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            hangs = true;
            control.set(Word.HANG, 7);
            draw(rasterizer);
            assertThat(rasterizer.problem()).contains("rendered on the CPU: a frame of the GPU is late");
            now += CudaRasterizer.Options.DEADLINE_NANOS;
            requireCpuFrame(rasterizer, DeviceWait.TIMEOUT_CODE);
            hangs = false;
            requireRebuild(rasterizer);
            assertThat(held()).containsEntry(Word.CONTEXTS, 2L);
        }
        assertThat(held()).as("that of the kernel that hangs").containsEntry(Word.CONTEXTS, 1L);
    }

    private void requireCpuFrame(FallbackRasterizer rasterizer, int code) {
        long made = control.get(Word.CONTEXTS_MADE);
        draw(rasterizer);
        assertThat(rasterizer.name()).isEqualTo("reference");
        assertThat(rasterizer.fallbacks()).isEqualTo(1);
        assertThat(rasterizer.lastErrorCode()).isEqualTo(code);
        assertThat(rasterizer.problem())
                .hasValueSatisfying(p -> assertThat(p).contains("the GPU failed", "(" + code + ")"));
        draw(rasterizer);
        assertThat(rasterizer.fallbacks()).as("one fault").isEqualTo(1);
        assertThat(control.get(Word.CONTEXTS_MADE))
                .as("none before the delay has passed")
                .isEqualTo(made);
    }

    private void requireRebuild(FallbackRasterizer rasterizer) {
        now += ContextRecovery.REBUILD_NANOS;
        draw(rasterizer);
        draw(rasterizer);
        assertThat(rasterizer.name()).contains(FakeCudaDriverProgram.NAME);
        assertThat(rasterizer.problem()).isEmpty();
        assertThat(rasterizer.contextRebuilds()).isEqualTo(1);
    }

    @Test
    void contextRecreatedOnRequest_leaksNothing() {
        try (FallbackRasterizer rasterizer = guarded()) {
            draw(rasterizer);
            Map<Word, Long> first = held();
            for (int i = 0; i < 5; i++) {
                now += HALF_AN_HOUR;
                rasterizer.rebuildContext();
                draw(rasterizer);
                assertThat(held()).isEqualTo(first);
            }
            assertThat(rasterizer.contextRebuilds()).isEqualTo(5);
        }
        assertThat(held()).isEmpty();
    }

    @Test
    void devices_areDescribedAndChosen() {
        List<CudaDevice> devices =
                CudaDiscovery.ofMachine(System.getenv(), DIRECTORY).find().devices();
        assertThat(devices)
                .hasSize(3)
                .element(1)
                .isEqualTo(new CudaDevice(
                        1,
                        FakeCudaDriverProgram.NAME,
                        "GPU-57a0d101-0000-4000-8000-000000000002",
                        "0000:41:00.0",
                        FakeCudaDriverProgram.TOTAL_BYTES,
                        "8.6",
                        "12.6",
                        Optional.empty()));
        assertThat(CudaBackend.choose(devices, "1").index()).isEqualTo(1);
        assertThat(CudaBackend.choose(devices, "GPU-57a0d101").index()).isEqualTo(1);
        assertThat(CudaBackend.choose(devices, "00000000:C1:00.0").index()).isEqualTo(2);
        try (CudaRasterizer second = backend(1, ticker).open()) {
            draw(second);
        }
        assertThatThrownBy(() -> backend(2, ticker).open())
                .hasMessageContaining("compute capability 6.1: expected 7.5 (Turing) or newer");
        assertThat(held()).isEmpty();
    }

    /** The packaged PTX with the oldest supported driver, and with an older one. */
    @Test
    void driverVersions_areDistinguished() {
        control.set(Word.DRIVER_VERSION, 12_000);
        try (CudaRasterizer rasterizer = open()) {
            draw(rasterizer);
        }
        control.set(Word.DRIVER_VERSION, 11_080);
        assertThatThrownBy(this::open)
                .hasMessageContaining("for CUDA 11.8: expected 525.60 (CUDA 12.0) or newer; update it");
        assertThat(held()).isEmpty();
    }
}
