package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.splat.raster.cuda.CudaDevice;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A CUDA device, with the renderer's memory and context if it is the device in use. */
record GpuBean(CudaDevice device, double memoryFraction, Optional<GpuInUse> use) implements GpuMXBean {

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
        return use.flatMap(u -> u.control().freeBytes()).orElse(null);
    }

    @Override
    public long getUsedByRendererBytes() {
        return use.map(u -> u.control().allocatedBytes()).orElse(0L);
    }

    @Override
    public Map<String, Long> getUsedByPurpose() {
        Map<String, Long> bytes = new TreeMap<>();
        use.ifPresent(u -> u.control().usedBytes().forEach((purpose, used) -> bytes.put(purpose.name(), used)));
        return bytes;
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
        return use.map(u -> u.control().contextState()).orElse("none");
    }

    @Override
    public long getContextRebuilds() {
        return use.map(u -> u.control().contextRebuilds()).orElse(0L);
    }

    @Override
    public int getLastErrorCode() {
        return use.map(u -> u.control().lastErrorCode()).orElse(0);
    }

    @Override
    public long trimMemory() {
        return use.orElseThrow(() -> notInUse("trimMemory")).trimMemory();
    }

    @Override
    public void rebuildContext() {
        use.orElseThrow(() -> notInUse("rebuildContext")).rebuildContext();
    }

    private IllegalStateException notInUse(String operation) {
        return new IllegalStateException(operation + ": the renderer does not use device " + device.index() + ", "
                + device.name() + " (see attribute BackendReason of bev.avatar:type=Renderer)");
    }
}
