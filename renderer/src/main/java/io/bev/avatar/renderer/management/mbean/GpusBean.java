package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.splat.raster.cuda.CudaDevices;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The CUDA devices, and where NVML's readings are: the exporter reads NVML, the renderer does not. */
record GpusBean(CudaDevices found, Optional<GpuInUse> use, Optional<URI> metricsUrl) implements GpusMXBean {

    @Override
    public String[] getDevices() {
        return found.devices().stream()
                .map(device -> device.index() + ": " + device.name() + ", " + device.uuid() + ", " + device.pciBusId())
                .toArray(String[]::new);
    }

    @Override
    public @Nullable String getProblem() {
        return found.problem().orElse(null);
    }

    @Override
    public @Nullable Integer getDeviceInUse() {
        return use.map(GpuInUse::device).orElse(null);
    }

    @Override
    public String getReadings() {
        return "metrics nvidia_gpu_* of the exporter, "
                + metricsUrl.map(URI::toString).orElse("port 9818 of this machine")
                + "; dashboard GPU; nvidia-smi on this machine";
    }
}
