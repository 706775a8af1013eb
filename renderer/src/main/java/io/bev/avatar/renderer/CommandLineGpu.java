package io.bev.avatar.renderer;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.renderer.raster.cuda.CudaBackend;
import io.bev.avatar.renderer.raster.cuda.CudaDevices;
import io.bev.avatar.renderer.raster.cuda.CudaDiscovery;
import io.bev.avatar.renderer.raster.cuda.CudaDriver;
import io.bev.avatar.renderer.raster.cuda.CudaRasterizer;
import io.bev.avatar.renderer.raster.cuda.KernelImages;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The GPU for single commands: no configuration file, only the environment. */
final class CommandLineGpu {

    private final Map<String, String> environment;
    private final Function<Path, CudaDevices> devices;
    private final Supplier<CudaDriver> driver;

    CommandLineGpu(Map<String, String> environment) {
        this(environment, folder -> CudaDiscovery.ofMachine(environment, folder).find(), CudaDiscovery::driver);
    }

    /**
     * @param devices finds them, given a folder of ours for native libraries
     * @param driver asked for only where there is a device
     */
    CommandLineGpu(Map<String, String> environment, Function<Path, CudaDevices> devices, Supplier<CudaDriver> driver) {
        this.environment = Map.copyOf(environment);
        this.devices = devices;
        this.driver = driver;
    }

    /** @throws IllegalStateException when there is no GPU to draw with; the message says why */
    CudaRasterizer open() {
        GpuConfig config = GpuConfig.from(Config.of("", "environment", environment));
        Path folder = cache().resolve("bev-avatar").resolve("native");
        CudaDevices found = devices.apply(folder);
        if (found.devices().isEmpty()) {
            throw new IllegalStateException(found.problem().orElse("no CUDA device"));
        }
        return new CudaBackend(
                        driver.get(),
                        CudaBackend.choose(found.devices(), config.device()),
                        new KernelImages(folder),
                        config.memoryFraction(),
                        config.allocationBlockMb() * (1L << 20),
                        Ticker.system())
                .open();
    }

    private Path cache() {
        String chosen = environment.getOrDefault("XDG_CACHE_HOME", "");
        return chosen.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(chosen);
    }
}
