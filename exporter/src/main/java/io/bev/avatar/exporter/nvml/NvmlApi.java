package io.bev.avatar.exporter.nvml;

import java.util.List;

/**
 * The NVML functions that read values. A function missing in the library yields {@link NvmlCode#FUNCTION_NOT_FOUND}.
 * Units are those of NVML. NVML marks a number that it does not have by setting all bits; a call for such a number
 * yields {@link NvmlCode#NOT_SUPPORTED}, and in a record it is negative: read it through {@link NvmlResult#number}. Confined to one thread, except that another thread may use the {@link NvmlEvents} part.
 */
public interface NvmlApi extends NvmlEvents, NvmlMemoryHealth, AutoCloseable {

    /** Limit of a number of devices or fans; a greater one is an error of the driver. */
    int MAX_DEVICES = 256;

    /** {@code nvmlClockType_t}. */
    enum Clock {
        GRAPHICS,
        SM,
        MEMORY,
        VIDEO
    }

    /** Engines with their own utilisation call. */
    enum Engine {
        ENCODER,
        DECODER,
        JPEG,
        OFA
    }

    /** {@code nvmlTemperatureThresholds_t}, the thresholds in use. */
    enum Threshold {
        SHUTDOWN,
        SLOWDOWN,
        GPU_MAX
    }

    /** Power limits with their own call. */
    enum PowerLimit {
        REQUESTED,
        ENFORCED,
        DEFAULT
    }

    /** {@code nvmlPcieUtilCounter_t}. */
    enum PcieDirection {
        TRANSMIT,
        RECEIVE
    }

    /** {@code nvmlPciInfo_t}: bus id such as {@code 00000000:01:00.0}, subsystem id. */
    record PciInfo(String busId, int subsystemId) {}

    /** CUDA compute capability. */
    record ComputeCapability(int major, int minor) {}

    /** {@code nvmlUtilization_t}, percent: busy with kernels, busy with memory transfers. */
    record Utilization(long gpu, long memory) {}

    /** {@code nvmlMemory_v2_t}, bytes; used excludes reserved. */
    record DeviceMemory(long total, long reserved, long free, long used) {}

    /** {@code nvmlBAR1Memory_t}, bytes. */
    record Bar1Memory(long total, long free, long used) {}

    /** Range of configurable power limits, milliwatts. */
    record PowerRange(long min, long max) {}

    /** {@code nvmlDeviceGetEncoderStats}: sessions, average frames per second, average latency in microseconds. */
    record EncoderStats(long sessions, long averageFps, long averageLatencyMicros) {}

    /** {@code nvmlProcessInfo_v2_t}: memory in bytes, all bits set when unknown. */
    record GpuProcess(int pid, long usedBytes) {
        /** Whether {@link #usedBytes} is known. */
        public boolean memoryKnown() {
            return usedBytes >= 0;
        }
    }

    /**
     * {@code nvmlProcessUtilizationSample_t}, percent; negative when NVML has no value.
     *
     * @param timestampMicros time of the sample
     */
    record ProcessSample(int pid, long timestampMicros, int sm, int memory, int encoder, int decoder) {}

    /** Whether this is the project's simulator, identified by an extra symbol, rather than a driver's library. */
    boolean simulated();

    /** {@code nvmlInit_v2}; returns the code. */
    int init();

    /** {@code nvmlShutdown}; returns the code. */
    int shutdown();

    /** The functions that change GPU settings. */
    NvmlControl control();

    /** The functions for features of data centre GPUs. */
    NvmlDataCenter dataCenter();

    /** Unloads the library; no other method may be called afterwards. */
    @Override
    void close();

    NvmlResult<String> driverVersion();

    /** 1000 x major + 10 x minor. */
    NvmlResult<Integer> cudaDriverVersion();

    /** At most {@link #MAX_DEVICES}. */
    NvmlResult<Integer> deviceCount();

    /** {@code index} from 0. */
    NvmlResult<NvmlDevice> device(int index);

    NvmlResult<String> name(NvmlDevice device);

    NvmlResult<String> uuid(NvmlDevice device);

    NvmlResult<String> vbiosVersion(NvmlDevice device);

    /** Serial number of the board; GeForce GPUs have none. */
    NvmlResult<String> serial(NvmlDevice device);

    NvmlResult<ComputeCapability> computeCapability(NvmlDevice device);

    NvmlResult<PciInfo> pciInfo(NvmlDevice device);

    NvmlResult<Utilization> utilization(NvmlDevice device);

    /** Percent. */
    NvmlResult<Long> engineUtilization(NvmlDevice device, Engine engine);

    NvmlResult<DeviceMemory> memory(NvmlDevice device);

    NvmlResult<Bar1Memory> bar1Memory(NvmlDevice device);

    /** Degrees Celsius of the GPU. */
    NvmlResult<Long> temperature(NvmlDevice device);

    /** Degrees Celsius. */
    NvmlResult<Long> temperatureThreshold(NvmlDevice device, Threshold threshold);

    /** Milliwatts. */
    NvmlResult<Long> powerUsage(NvmlDevice device);

    /** Milliwatts. */
    NvmlResult<Long> powerLimit(NvmlDevice device, PowerLimit limit);

    NvmlResult<PowerRange> powerRange(NvmlDevice device);

    /** Millijoules since the driver was loaded. */
    NvmlResult<Long> totalEnergy(NvmlDevice device);

    /** Megahertz. */
    NvmlResult<Long> clock(NvmlDevice device, Clock clock);

    /** Megahertz. */
    NvmlResult<Long> maxClock(NvmlDevice device, Clock clock);

    /** Bits of {@code nvmlClocksEventReason*}. */
    NvmlResult<Long> clocksEventReasons(NvmlDevice device);

    /** At most {@link #MAX_DEVICES}. */
    NvmlResult<Integer> fanCount(NvmlDevice device);

    /** Intended speed in percent of full speed; can exceed 100. */
    NvmlResult<Long> fanSpeed(NvmlDevice device, int fan);

    /** 0 (fastest) to 15; 32 when unknown. */
    NvmlResult<Long> performanceState(NvmlDevice device);

    /** 0 default, 1 exclusive thread, 2 prohibited, 3 exclusive process. */
    NvmlResult<Long> computeMode(NvmlDevice device);

    /** 0 or 1. */
    NvmlResult<Long> persistenceMode(NvmlDevice device);

    /** 0 or 1. */
    NvmlResult<Long> displayActive(NvmlDevice device);

    NvmlResult<Long> pcieGeneration(NvmlDevice device);

    NvmlResult<Long> pcieMaxGeneration(NvmlDevice device);

    /** Lanes. */
    NvmlResult<Long> pcieWidth(NvmlDevice device);

    /** Lanes. */
    NvmlResult<Long> pcieMaxWidth(NvmlDevice device);

    NvmlResult<Long> pcieReplays(NvmlDevice device);

    /** Kilobytes (1000 bytes) per second over 20 ms; the call blocks for that time. */
    NvmlResult<Long> pcieThroughput(NvmlDevice device, PcieDirection direction);

    NvmlResult<EncoderStats> encoderStats(NvmlDevice device);

    NvmlResult<List<GpuProcess>> computeProcesses(NvmlDevice device);

    NvmlResult<List<GpuProcess>> graphicsProcesses(NvmlDevice device);

    /**
     * Samples after {@code lastSeenMicros}, the greatest {@link ProcessSample#timestampMicros} of the previous call;
     * {@link NvmlCode#NOT_FOUND} when there are none.
     */
    NvmlResult<List<ProcessSample>> processUtilization(NvmlDevice device, long lastSeenMicros);
}
