package io.bev.avatar.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.cli.CommandLineGpu;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.raster.cuda.CudaDevice;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.CudaRasterizer;
import io.bev.avatar.splat.raster.cuda.DeviceLock;
import io.bev.avatar.splat.raster.cuda.EmulatedDriver;
import io.bev.avatar.splat.raster.cuda.FaultInjectingDriver;
import io.bev.avatar.splat.raster.cuda.KernelCache;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import io.bev.avatar.splat.raster.cuda.NeedsCompiler;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NeedsCompiler.class)
class BackendSelectorTest {

    private static final Camera VIEW =
            Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, 48, 32, 0.2f);

    @TempDir
    Path directory;

    private final EmulatedDriver emulated = new EmulatedDriver(3);
    private final FaultInjectingDriver driver = new FaultInjectingDriver(emulated);
    private final List<String> ends = new ArrayList<>();

    private static CudaDevice device(int index, long totalBytes, String driverVersion) {
        return new CudaDevice(
                index,
                "GPU " + index,
                "GPU-ab00000" + index + "-0000-0000-0000-000000000000",
                "0000:0" + index + ":00.0",
                totalBytes,
                "8.9",
                "12.6",
                Optional.of(driverVersion));
    }

    private static CudaDevices two() {
        return new CudaDevices(
                List.of(device(0, 64 << 20, "550.54.14"), device(1, 64 << 20, "550.54.14")), Optional.empty());
    }

    private RendererComponents.SelectedBackend choose(BackendChoice wanted, CudaDevices devices, String device)
            throws StartException {
        return new BackendSelector(
                        new GpuConfig(device, 0.5, 512),
                        new KernelCache(directory.resolve("native")),
                        () -> driver,
                        ReferenceRasterizer::new,
                        new DeviceLock.Place(List.of(directory), 77, Optional.empty(), Clock.systemUTC()),
                        Ticker.system())
                .choose(wanted, devices, ends::add);
    }

    private static void draw(Rasterizer rasterizer, PosedGaussians splats) {
        rasterizer.render(splats, VIEW, new Framebuffer(48, 32, 0, 0, 0), new StageTimes());
    }

    @Test
    void auto_usesConfiguredDevice_andReleasesIt() throws Exception {
        RendererComponents.SelectedBackend backend = choose(BackendChoice.AUTO, two(), "GPU-ab000001");

        assertThat(backend.reason()).isEqualTo("device 1, GPU 1, works");
        assertThat(backend.rasterizer().name()).isEqualTo("cuda (GPU 1)");
        draw(backend.rasterizer(), new PosedGaussians(RandomClouds.cube(1, 50, 0, 0.1, 2)));
        assertThat(backend.rasterizer().problem()).isEmpty();
        assertThat(backend.gpu().orElseThrow().device()).isEqualTo(1);
        Path lock = directory.resolve("device-GPU-ab000001-0000-0000-0000-000000000000.lock");
        assertThat(lock).content().contains("process 77");
        backend.rasterizer().close();
        backend.gpu().orElseThrow().release().run();
        assertThat(lock).isEmptyFile();
        assertThat(emulated.openContexts).isZero();
    }

    @Test
    void cudaConfigured_isTheReason() throws Exception {
        RendererComponents.SelectedBackend backend = choose(BackendChoice.CUDA, two(), "0");

        assertThat(backend.reason()).isEqualTo("renderer.backend is cuda");
        backend.rasterizer().close();
        backend.gpu().orElseThrow().release().run();
    }

    @Test
    void deviceOpenFailure_fallsBackToCpu_orFailsStart() throws Exception {
        driver.fail("cuCtxCreate", 2);
        RendererComponents.SelectedBackend backend = choose(BackendChoice.AUTO, two(), "0");
        assertThat(backend.rasterizer().name()).isEqualTo("reference");
        assertThat(backend.reason())
                .startsWith("GPU 0 cannot render: cuCtxCreate")
                .endsWith("(2)");
        assertThat(backend.gpu()).isEmpty();

        driver.fail("cuModuleLoadData", 999);
        assertThatThrownBy(() -> choose(BackendChoice.CUDA, two(), "0"))
                .hasMessageContaining("renderer.backend: CUDA backend unavailable (GPU 0: cuModuleLoadData")
                .hasMessageContaining("set it to auto or cpu")
                .asInstanceOf(type(StartException.class))
                .extracting(StartException::exitCode)
                .isEqualTo(ExitCodes.CONFIG);
        assertThat(emulated.openContexts).isZero();
        assertThat(directory.resolve("device-" + device(0, 1, "").uuid() + ".lock"))
                .as("released")
                .isEmptyFile();
    }

    @Test
    void oldDriver_isReported() throws Exception {
        CudaDevices old = new CudaDevices(List.of(device(0, 1 << 30, "520.61.05")), Optional.empty());

        assertThat(choose(BackendChoice.AUTO, old, "0").reason())
                .contains("the NVIDIA driver is 520.61.05: expected 525.60 (CUDA 12.0) or newer; update it");
        assertThatThrownBy(() -> choose(BackendChoice.CUDA, old, "0")).hasMessageContaining("expected 525.60");
    }

    @Test
    void missingOrLockedDevice_isReported() throws Exception {
        assertThatThrownBy(() -> choose(BackendChoice.AUTO, two(), "7"))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("gpu.device: found 7, expected one of 0 (GPU 0");
        RendererComponents.SelectedBackend first = choose(BackendChoice.AUTO, two(), "0");

        assertThat(choose(BackendChoice.AUTO, two(), "0").reason()).contains("this process");
        assertThatThrownBy(() -> choose(BackendChoice.CUDA, two(), "0")).hasMessageContaining("this process");

        first.rasterizer().close();
        first.gpu().orElseThrow().release().run();
    }

    @Test
    void modelTooLargeForGpu_failsStart_onlyWithCudaConfigured() throws Exception {
        PosedGaussians large = new PosedGaussians(RandomClouds.cube(2, 150_000, 3, 0.001, 1));
        Framebuffer image = new Framebuffer(48, 32, 0, 0, 0);
        RendererComponents.SelectedBackend backend = choose(BackendChoice.AUTO, two(), "0");

        BackendSelector.requireCapacity(BackendChoice.AUTO, backend.gpu(), large, image);
        assertThatThrownBy(() -> BackendSelector.requireCapacity(BackendChoice.CUDA, backend.gpu(), large, image))
                .hasMessageContaining("renderer.backend: cuda cannot render 150000 Gaussians at 48x32")
                .hasMessageContaining("of 32 MiB are in use")
                .hasMessageContaining("increase gpu.memory-fraction or use a smaller model")
                .hasMessageContaining("set it to auto")
                .asInstanceOf(type(StartException.class))
                .extracting(StartException::exitCode)
                .isEqualTo(ExitCodes.CONFIG);
        draw(backend.rasterizer(), large);
        assertThat(backend.rasterizer().name()).isEqualTo("reference");
        assertThat(backend.rasterizer().problem())
                .hasValueSatisfying(p -> assertThat(p).contains("rendered on the CPU", "MODEL"));
        backend.rasterizer().close();
        backend.gpu().orElseThrow().release().run();
    }

    @Test
    void commandLine_opensDeviceOfEnvironment() throws Exception {
        Map<String, String> environment =
                Map.of("XDG_CACHE_HOME", directory.toString(), "BEV_AVATAR_GPU", "1", "GPU_MEMORY_FRACTION", "0.25");
        try (CudaRasterizer opened = new CommandLineGpu(environment, libraries -> two(), () -> driver).open()) {
            assertThat(opened.name()).isEqualTo("cuda (GPU 1)");
            assertThat(opened.budgetBytes()).isEqualTo(16 << 20);
            draw(opened, new PosedGaussians(RandomClouds.cube(1, 50, 0, 0.1, 2)));
            PosedGaussians large = new PosedGaussians(RandomClouds.cube(2, 100_000, 3, 0.001, 1));
            assertThatThrownBy(() -> draw(opened, large)).isInstanceOf(MemoryBudgetException.class);
        }
        assertThat(emulated.openContexts).isZero();
        assertThatThrownBy(() -> new CommandLineGpu(
                                environment,
                                libraries -> new CudaDevices(List.of(), Optional.of("no driver")),
                                () -> driver)
                        .open())
                .hasMessage("no driver");
        assertThat(directory.resolve("bev-avatar")).doesNotExist();
    }
}
