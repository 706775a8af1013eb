package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Gpu,device=N}. */
@Description("CUDA device")
public interface GpuMXBean {

    @Description("Product name")
    @Unit(Unit.TEXT)
    String getName();

    @Description("UUID of the device, as in nvidia-smi")
    @Unit(Unit.TEXT)
    String getUuid();

    @Description("PCI bus address")
    @Unit(Unit.TEXT)
    String getPciBusId();

    @Description("Version of the kernel driver; null if unknown")
    @Unit(Unit.TEXT)
    @Nullable
    String getDriverVersion();

    @Description("Highest CUDA version supported by the driver")
    @Unit(Unit.TEXT)
    String getCudaVersion();

    @Description("Total memory of the device")
    @Unit(Unit.BYTES)
    long getTotalBytes();

    @Description("Free memory of the device; null without a CUDA context")
    @Unit(Unit.BYTES)
    @Nullable
    Long getFreeBytes();

    @Description("Memory allocated by the renderer")
    @Unit(Unit.BYTES)
    long getUsedByRendererBytes();

    @Description(
            "Memory in use, by purpose: MODEL, FRAME, INSTANCES, PICTURE; the rest of UsedByRendererBytes is cached"
                    + " for reuse")
    @Unit(Unit.BYTES)
    Map<String, Long> getUsedByPurpose();

    @Description("Memory limit of the renderer: MemoryFraction of TotalBytes")
    @Unit(Unit.BYTES)
    long getBudgetBytes();

    @Description("Fraction of the device memory that the renderer may use, gpu.memory-fraction")
    @Unit(Unit.RATIO)
    double getMemoryFraction();

    @Description("State of the CUDA context: none (device not in use), active, lost, rebuilding or failed")
    @Unit(Unit.TEXT)
    String getContextState();

    @Description("Number of times the CUDA context was recreated")
    @Unit(Unit.COUNT)
    long getContextRebuilds();

    @Description("Last CUDA error (CUresult); 0 if there was none")
    @Unit("CUresult")
    int getLastErrorCode();

    @Description("Releases unused device memory. Returns the number of bytes released; only for the device in use")
    @Unit(Unit.BYTES)
    long trimMemory();

    @Description("Recreates the CUDA context; only for the device in use")
    @Unit(Unit.NONE)
    void rebuildContext();
}
