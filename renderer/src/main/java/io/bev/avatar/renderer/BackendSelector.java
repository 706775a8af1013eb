package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cuda.CudaBackend;
import io.bev.avatar.splat.raster.cuda.CudaDevice;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.CudaDriver;
import io.bev.avatar.splat.raster.cuda.CudaException;
import io.bev.avatar.splat.raster.cuda.DeviceInUseException;
import io.bev.avatar.splat.raster.cuda.DeviceLock;
import io.bev.avatar.splat.raster.cuda.FallbackRasterizer;
import io.bev.avatar.splat.raster.cuda.KernelCache;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Selects the rendering backend and records the reason. */
final class BackendSelector {

    private static final long MIB = 1L << 20;

    private final GpuConfig config;
    private final KernelCache images;
    private final Supplier<CudaDriver> driver;
    private final Supplier<Rasterizer> cpu;
    private final DeviceLock.Place locks;
    private final Ticker ticker;

    /**
     * @param images kernels for the selected device
     * @param driver called only when a device is present
     * @param cpu creates the CPU rasterizer
     * @param locks location of the device lock files
     */
    BackendSelector(
            GpuConfig config,
            KernelCache images,
            Supplier<CudaDriver> driver,
            Supplier<Rasterizer> cpu,
            DeviceLock.Place locks,
            Ticker ticker) {
        this.config = config;
        this.images = images;
        this.driver = driver;
        this.cpu = cpu;
        this.locks = locks;
        this.ticker = ticker;
    }

    /** See {@link RendererComponents#selectBackend}. */
    RendererComponents.SelectedBackend choose(
            BackendChoice choice, CudaDevices devices, Consumer<String> onPermanentLoss) throws StartException {
        if (choice == BackendChoice.CPU || devices.devices().isEmpty()) {
            return onCpu(reasonForCpu(choice, devices));
        }
        CudaDevice device;
        try {
            device = CudaBackend.choose(devices.devices(), config.device());
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCodes.CONFIG, String.valueOf(e.getMessage()), e);
        }
        DeviceLock lock;
        try {
            lock = DeviceLock.acquire(device, locks);
        } catch (DeviceInUseException e) {
            if (choice == BackendChoice.CUDA) {
                throw new StartException(ExitCodes.CONFIG, String.valueOf(e.getMessage()), e);
            }
            return onCpu(String.valueOf(e.getMessage()));
        }
        try {
            return onGpu(device, lock, choice, onPermanentLoss);
        } catch (CudaException e) {
            lock.close();
            if (choice == BackendChoice.CUDA) {
                throw cudaUnavailable(device.name() + ": " + e.getMessage());
            }
            return onCpu(device.name() + " cannot render: " + e.getMessage());
        }
    }

    private RendererComponents.SelectedBackend onCpu(String reason) {
        return new RendererComponents.SelectedBackend(cpu.get(), reason, Optional.empty());
    }

    private RendererComponents.SelectedBackend onGpu(
            CudaDevice device, DeviceLock lock, BackendChoice choice, Consumer<String> onPermanentLoss) {
        CudaBackend backend = new CudaBackend(
                driver.get(), device, images, config.memoryFraction(), config.allocationBlockMb() * MIB, ticker);
        FallbackRasterizer guarded = new FallbackRasterizer(
                backend.open(), backend::open, cpu.get(), BackendSelector::startInBackground, onPermanentLoss, ticker);
        String reason = choice == BackendChoice.CUDA
                ? "renderer.backend is cuda"
                : "device " + device.index() + ", " + device.name() + ", works";
        return new RendererComponents.SelectedBackend(
                guarded,
                reason,
                Optional.of(new RendererComponents.SelectedBackend.Gpu(device.index(), guarded, lock::close)));
    }

    /**
     * Checks that the scene fits in GPU memory if the backend is fixed to cuda; otherwise the CPU renders what does
     * not fit.
     *
     * @throws StartException when it does not fit
     */
    static void requireCapacity(
            BackendChoice choice,
            Optional<RendererComponents.SelectedBackend.Gpu> gpu,
            PosedGaussians splats,
            Framebuffer target)
            throws StartException {
        if (choice == BackendChoice.CUDA && gpu.isPresent()) {
            try {
                gpu.get().control().requireCapacity(splats, target);
            } catch (MemoryBudgetException e) {
                throw new StartException(
                        ExitCodes.CONFIG,
                        "renderer.backend: cuda cannot render " + splats.count + " Gaussians at "
                                + target.width
                                + "x" + target.height + " (" + e.getMessage()
                                + "); use a smaller model or resolution, or set it to auto to render on the CPU",
                        e);
            }
        }
    }

    private static void startInBackground(Runnable work) {
        DaemonThreads.start("rebuild-gpu", work);
    }

    /**
     * Reason for rendering on the CPU.
     *
     * @throws StartException when the backend is fixed to cuda
     */
    static String reasonForCpu(BackendChoice choice, CudaDevices devices) throws StartException {
        String cuda = devices.problem().orElse("no CUDA device is used");
        return switch (choice) {
            case CPU -> "renderer.backend is cpu";
            case AUTO -> cuda;
            case CUDA -> throw cudaUnavailable(cuda);
        };
    }

    private static StartException cudaUnavailable(String cause) {
        return new StartException(
                ExitCodes.CONFIG, "renderer.backend: CUDA backend unavailable (" + cause + "); set it to auto or cpu");
    }
}
