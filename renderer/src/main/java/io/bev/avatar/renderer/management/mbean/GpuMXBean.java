package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Gpu,device=N}. */
@Description("A CUDA device, as the driver shows it to the renderer")
public interface GpuMXBean {

    @Description("Product name")
    @Unit(Unit.TEXT)
    String getName();

    @Description("Identity of the device, the same in every tool")
    @Unit(Unit.TEXT)
    String getUuid();

    @Description("Address on the PCI bus")
    @Unit(Unit.TEXT)
    String getPciBusId();

    @Description("Version of the kernel driver; null when it does not say")
    @Unit(Unit.TEXT)
    @Nullable
    String getDriverVersion();

    @Description("Newest CUDA version that the driver serves")
    @Unit(Unit.TEXT)
    String getCudaVersion();

    @Description("Memory of the device")
    @Unit(Unit.BYTES)
    long getTotalBytes();

    @Description("Free memory of the device; null without a context, which alone can ask")
    @Unit(Unit.BYTES)
    @Nullable
    Long getFreeBytes();

    @Description("Memory that the renderer has taken")
    @Unit(Unit.BYTES)
    long getUsedByRendererBytes();

    @Description("Memory in use, by purpose: MODEL, FRAME, INSTANCES, PICTURE; the rest of UsedByRendererBytes is kept"
            + " for later")
    @Unit(Unit.BYTES)
    Map<String, Long> getUsedByPurpose();

    @Description("Memory that the renderer may take: MemoryFraction of TotalBytes")
    @Unit(Unit.BYTES)
    long getBudgetBytes();

    @Description("Share of the device's memory that the renderer may take, gpu.memory-fraction")
    @Unit(Unit.RATIO)
    double getMemoryFraction();

    @Description("none while the renderer does not use the device, active, lost, rebuilding, or failed")
    @Unit(Unit.TEXT)
    String getContextState();

    @Description("Times that the context was made anew")
    @Unit(Unit.COUNT)
    long getContextRebuilds();

    @Description("Last CUDA error, CUresult; 0 when there was none")
    @Unit("CUresult")
    int getLastErrorCode();

    @Description("Gives unused device memory back. Answers how much; not possible while the renderer does not use the"
            + " device")
    @Unit(Unit.BYTES)
    long trimMemory();

    @Description("Makes the context anew; not possible while the renderer does not use the device")
    @Unit(Unit.NONE)
    void rebuildContext();
}
