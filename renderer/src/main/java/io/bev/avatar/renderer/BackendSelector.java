package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
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

/** Which backend draws, and why. */
final class BackendSelector {

    private static final long MIB = 1L << 20;

    private final GpuConfig config;
    private final KernelCache images;
    private final Supplier<CudaDriver> driver;
    private final Supplier<Rasterizer> cpu;
    private final DeviceLock.Place locks;
    private final Ticker ticker;

    /**
     * @param images the kernels for whatever device is chosen
     * @param driver asked for only where there is a device
     * @param cpu makes what draws when no GPU does
     * @param locks where renderers say which device they have
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

    /** See {@link RendererComponents#drawing}. */
    RendererComponents.Drawing choose(BackendChoice wanted, CudaDevices devices, Consumer<String> hopeless)
            throws StartException {
        if (wanted == BackendChoice.CPU || devices.devices().isEmpty()) {
            return onCpu(reasonForCpu(wanted, devices));
        }
        CudaDevice device;
        try {
            device = CudaBackend.choose(devices.devices(), config.device());
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCodes.CONFIG, String.valueOf(e.getMessage()), e);
        }
        DeviceLock lock;
        try {
            lock = DeviceLock.take(device, locks);
        } catch (DeviceInUseException e) {
            if (wanted == BackendChoice.CUDA) {
                throw new StartException(ExitCodes.CONFIG, String.valueOf(e.getMessage()), e);
            }
            return onCpu(String.valueOf(e.getMessage()));
        }
        try {
            return onGpu(device, lock, wanted, hopeless);
        } catch (CudaException e) {
            lock.close();
            if (wanted == BackendChoice.CUDA) {
                throw cannotHave(device.name() + ": " + e.getMessage());
            }
            return onCpu(device.name() + " cannot draw: " + e.getMessage());
        }
    }

    private RendererComponents.Drawing onCpu(String reason) {
        return new RendererComponents.Drawing(cpu.get(), reason, Optional.empty());
    }

    private RendererComponents.Drawing onGpu(
            CudaDevice device, DeviceLock lock, BackendChoice wanted, Consumer<String> hopeless) {
        CudaBackend backend = new CudaBackend(
                driver.get(), device, images, config.memoryFraction(), config.allocationBlockMb() * MIB, ticker);
        FallbackRasterizer guarded = new FallbackRasterizer(
                backend.open(), backend::open, cpu.get(), BackendSelector::inBackground, hopeless, ticker);
        String reason = wanted == BackendChoice.CUDA
                ? "renderer.backend is cuda"
                : "device " + device.index() + ", " + device.name() + ", works";
        return new RendererComponents.Drawing(
                guarded, reason, Optional.of(new RendererComponents.Drawing.Gpu(device.index(), guarded, lock::close)));
    }

    /**
     * Sees that what is to be shown fits on the GPU where the configuration insists on it; else the CPU draws what does not.
     *
     * @throws StartException when it does not fit
     */
    static void requireRoom(
            BackendChoice wanted,
            Optional<RendererComponents.Drawing.Gpu> gpu,
            PosedGaussians splats,
            Framebuffer target)
            throws StartException {
        if (wanted == BackendChoice.CUDA && gpu.isPresent()) {
            try {
                gpu.get().control().requireRoom(splats, target);
            } catch (MemoryBudgetException e) {
                throw new StartException(
                        ExitCodes.CONFIG,
                        "renderer.backend: found cuda, which cannot show " + splats.count + " Gaussians at "
                                + target.width
                                + "x" + target.height + " (" + e.getMessage()
                                + "); or set it to auto: the CPU draws then",
                        e);
            }
        }
    }

    private static void inBackground(Runnable work) {
        Thread thread = new Thread(work, "rebuild-gpu");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Why the CPU draws.
     *
     * @throws StartException when the configuration insists on another
     */
    static String reasonForCpu(BackendChoice wanted, CudaDevices devices) throws StartException {
        String cuda = devices.problem().orElse("no CUDA device is used");
        return switch (wanted) {
            case CPU -> "renderer.backend is cpu";
            case AUTO -> cuda;
            case CUDA -> throw cannotHave(cuda);
        };
    }

    private static StartException cannotHave(String why) {
        return new StartException(
                ExitCodes.CONFIG,
                "renderer.backend: found cuda, which cannot be had here (" + why + "); set it to auto or cpu");
    }
}
