package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.raster.cuda.CudaDevices;

/** Which backend draws, and why. */
final class Backends {

    private Backends() {}

    /**
     * Why the CPU draws.
     *
     * @throws StartException when the configuration insists on another
     */
    static String reasonForCpu(BackendChoice wanted, CudaDevices devices) throws StartException {
        String cuda = devices.problem()
                .orElseGet(() -> "this version draws on the CPU only, though there is "
                        + devices.devices().get(0).name());
        return switch (wanted) {
            case CPU -> "renderer.backend is cpu";
            case AUTO -> cuda;
            case CUDA ->
                throw new StartException(
                        ExitCodes.CONFIG,
                        "renderer.backend: found cuda, which cannot be had here (" + cuda + "); set it to auto or cpu");
        };
    }
}
