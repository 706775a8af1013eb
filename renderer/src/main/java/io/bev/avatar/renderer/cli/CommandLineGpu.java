package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.splat.raster.cuda.CudaBackend;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.CudaDiscovery;
import io.bev.avatar.splat.raster.cuda.CudaDriver;
import io.bev.avatar.splat.raster.cuda.CudaRasterizer;
import io.bev.avatar.splat.raster.cuda.KernelCache;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The GPU for single commands: no configuration file, only the environment. */
public final class CommandLineGpu {

    private final Map<String, String> environment;
    private final Function<Path, CudaDevices> devices;
    private final Supplier<CudaDriver> driver;

    public CommandLineGpu(Map<String, String> environment) {
        this(environment, folder -> CudaDiscovery.ofMachine(environment, folder).find(), CudaDiscovery::driver);
    }

    /**
     * @param devices finds them, given a folder of ours for native libraries
     * @param driver asked for only where there is a device
     */
    public CommandLineGpu(
            Map<String, String> environment, Function<Path, CudaDevices> devices, Supplier<CudaDriver> driver) {
        this.environment = Map.copyOf(environment);
        this.devices = devices;
        this.driver = driver;
    }

    /** @throws IllegalStateException when there is no GPU to draw with; the message says why */
    public CudaRasterizer open() {
        GpuConfig config = GpuConfig.from(Config.of("", "environment", environment));
        Path folder = cache().resolve("bev-avatar").resolve("native");
        CudaDevices found = devices.apply(folder);
        if (found.devices().isEmpty()) {
            throw new IllegalStateException(found.problem().orElse("no CUDA device"));
        }
        return new CudaBackend(
                        driver.get(),
                        CudaBackend.choose(found.devices(), config.device()),
                        new KernelCache(folder),
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
