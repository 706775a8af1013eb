package io.bev.avatar.renderer.mbean;

import io.bev.avatar.renderer.raster.cuda.CudaDevice;
import org.jspecify.annotations.Nullable;

/** A device that the driver shows. The renderer draws on the CPU, so it holds no context and no memory there. */
record GpuBean(CudaDevice device, double memoryFraction) implements GpuMXBean {

    @Override
    public String getName() {
        return device.name();
    }

    @Override
    public String getUuid() {
        return device.uuid();
    }

    @Override
    public String getPciBusId() {
        return device.pciBusId();
    }

    @Override
    public @Nullable String getDriverVersion() {
        return device.driverVersion().orElse(null);
    }

    @Override
    public String getCudaVersion() {
        return device.cudaVersion();
    }

    @Override
    public long getTotalBytes() {
        return device.totalBytes();
    }

    @Override
    public @Nullable Long getFreeBytes() {
        return null;
    }

    @Override
    public long getUsedByRendererBytes() {
        return 0;
    }

    @Override
    public long getBudgetBytes() {
        return (long) (memoryFraction * device.totalBytes());
    }

    @Override
    public double getMemoryFraction() {
        return memoryFraction;
    }

    @Override
    public String getContextState() {
        return "none";
    }

    @Override
    public long getContextRebuilds() {
        return 0;
    }

    @Override
    public int getLastErrorCode() {
        return 0;
    }

    @Override
    public long trimMemory() {
        throw notInUse("trimMemory");
    }

    @Override
    public void rebuildContext() {
        throw notInUse("rebuildContext");
    }

    private IllegalStateException notInUse(String operation) {
        return new IllegalStateException(operation + ": the renderer does not use device " + device.index() + ", "
                + device.name() + "; see Renderer.BackendReason");
    }
}
