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

/** GPU access for one-off commands, configured by the environment only. */
public final class CommandLineGpu {

    private final Map<String, String> environment;
    private final Function<Path, CudaDevices> devices;
    private final Supplier<CudaDriver> driver;

    CommandLineGpu(Map<String, String> environment) {
        this(
                environment,
                directory -> CudaDiscovery.ofMachine(environment, directory).find(),
                CudaDiscovery::driver);
    }

    /**
     * @param devices finds devices, given a private directory for native libraries
     * @param driver called only when a device is present
     */
    public CommandLineGpu(
            Map<String, String> environment, Function<Path, CudaDevices> devices, Supplier<CudaDriver> driver) {
        this.environment = Map.copyOf(environment);
        this.devices = devices;
        this.driver = driver;
    }

    /** @throws IllegalStateException when no GPU is usable; the message states the reason */
    public CudaRasterizer open() {
        GpuConfig config = GpuConfig.from(Config.of("", "environment", environment));
        Path directory = cache().resolve("bev-avatar").resolve("native");
        CudaDevices found = devices.apply(directory);
        if (found.devices().isEmpty()) {
            throw new IllegalStateException(found.problem().orElse("no CUDA device"));
        }
        return new CudaBackend(
                        driver.get(),
                        CudaBackend.choose(found.devices(), config.device()),
                        new KernelCache(directory),
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
