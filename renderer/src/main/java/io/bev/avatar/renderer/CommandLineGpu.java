package io.bev.avatar.renderer;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.renderer.raster.cuda.CudaBackend;
import io.bev.avatar.renderer.raster.cuda.CudaDevices;
import io.bev.avatar.renderer.raster.cuda.CudaDiscovery;
import io.bev.avatar.renderer.raster.cuda.CudaRasterizer;
import io.bev.avatar.renderer.raster.cuda.KernelImages;
import java.nio.file.Path;
import java.util.Map;

/** The GPU for single commands: no configuration file, only the environment. */
final class CommandLineGpu {

    private final Map<String, String> environment;

    CommandLineGpu(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** @throws IllegalStateException when there is no GPU to draw with; the message says why */
    CudaRasterizer open() {
        GpuConfig config = GpuConfig.from(Config.of("", "environment", environment));
        Path folder = cache().resolve("bev-avatar").resolve("native");
        CudaDevices devices = CudaDiscovery.ofMachine(environment, folder).find();
        if (devices.devices().isEmpty()) {
            throw new IllegalStateException(devices.problem().orElse("no CUDA device"));
        }
        return new CudaBackend(
                        CudaDiscovery.driver(),
                        CudaBackend.choose(devices.devices(), config.device()),
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
