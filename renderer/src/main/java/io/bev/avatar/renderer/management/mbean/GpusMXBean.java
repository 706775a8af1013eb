package io.bev.avatar.renderer.management.mbean;

import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Gpus}. */
@Description("NVIDIA devices of this machine as the renderer sees them, on every backend")
public interface GpusMXBean {

    @Description(
            "CUDA devices, one line each: index, name, UUID and PCI address; each has an MBean type=Gpu,device=INDEX")
    @Unit(Unit.TEXT)
    String[] getDevices();

    @Description("Why there is no CUDA device; null if there is one")
    @Unit(Unit.TEXT)
    @Nullable
    String getProblem();

    @Description("Index of the device in use; null on the CPU")
    @Unit("index")
    @Nullable
    Integer getDeviceInUse();

    @Description(
            "Where the temperature, power, clocks, memory and errors of every NVIDIA device are, also without CUDA")
    @Unit(Unit.TEXT)
    String getReadings();
}
