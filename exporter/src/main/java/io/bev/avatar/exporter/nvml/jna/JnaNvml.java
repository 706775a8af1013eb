package io.bev.avatar.exporter.nvml.jna;

import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.*;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.CallObserver;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlControl;
import io.bev.avatar.exporter.nvml.NvmlDataCenter;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * NVML through JNA. Every symbol is looked up on first use, so that a symbol missing in a driver version affects only
 * its own metrics. Owns one block of native memory for results of calls, until {@link #close}.
 */
public final class JnaNvml implements NvmlApi {

    /** Size of the largest result, a list of processes. */
    private static final int SCRATCH_BYTES = 64 * 1024;

    /** Offsets in the scratch block of a call's second and third output. */
    private static final int SECOND = 8;

    private static final int THIRD = 16;

    private final NativeCalls calls;
    private final Memory scratch = new Memory(SCRATCH_BYTES);
    private final Pointer second = scratch.share(SECOND);
    private final Pointer third = scratch.share(THIRD);
    private final JnaNvmlEvents events;
    private final JnaNvmlControl control;
    private final JnaNvmlMemoryHealth memoryHealth;
    private final JnaNvmlDataCenter dataCenter;

    private JnaNvml(NativeCalls calls) {
        this.calls = calls;
        this.events = new JnaNvmlEvents(calls);
        this.control = new JnaNvmlControl(calls, scratch);
        JnaNvmlFields fields = new JnaNvmlFields(calls, scratch);
        this.memoryHealth = new JnaNvmlMemoryHealth(calls, scratch, fields);
        this.dataCenter = new JnaNvmlDataCenter(calls, scratch, fields);
    }

    /**
     * Loads the library.
     *
     * @param library file name for the dynamic linker, such as {@code libnvidia-ml.so.1}, or a path
     * @throws NvmlException when it cannot be loaded
     */
    public static JnaNvml load(String library, Ticker ticker, CallObserver observer) throws NvmlException {
        try {
            return new JnaNvml(new NativeCalls(NativeLibrary.getInstance(library), ticker, observer));
        } catch (LinkageError e) {
            throw LibraryLoadMessages.exception(library, e);
        }
    }

    @Override
    public NvmlControl control() {
        return control;
    }

    @Override
    public NvmlDataCenter dataCenter() {
        return dataCenter;
    }

    @Override
    public void close() {
        events.close();
        scratch.close();
        calls.close();
    }

    @Override
    public boolean simulated() {
        return calls.has("nvmlSimulatorVersion");
    }

    @Override
    public int init() {
        return calls.call("nvmlInit_v2");
    }

    @Override
    public int shutdown() {
        return calls.call("nvmlShutdown");
    }

    @Override
    public NvmlResult<String> driverVersion() {
        return result(
                "nvmlSystemGetDriverVersion",
                calls.call("nvmlSystemGetDriverVersion", scratch, DRIVER_VERSION_LENGTH),
                m -> m.getString(0));
    }

    @Override
    public NvmlResult<Integer> cudaDriverVersion() {
        String name = newest("nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion");
        NvmlResult<Long> version = result(name, calls.call(name, scratch), m -> unsigned(m, 0));
        return NvmlResult.integer(version.number(v -> v), Integer.MAX_VALUE);
    }

    @Override
    public NvmlResult<Integer> deviceCount() {
        String name = "nvmlDeviceGetCount_v2";
        return NvmlResult.integer(result(name, calls.call(name, scratch), m -> unsigned(m, 0)), MAX_DEVICES);
    }

    @Override
    public NvmlResult<NvmlDevice> device(int index) {
        return result(
                "nvmlDeviceGetHandleByIndex_v2",
                calls.call("nvmlDeviceGetHandleByIndex_v2", index, scratch),
                m -> new NvmlDevice(m.getLong(0)));
    }

    @Override
    public NvmlResult<String> name(NvmlDevice device) {
        return text("nvmlDeviceGetName", device, NAME_LENGTH);
    }

    @Override
    public NvmlResult<String> uuid(NvmlDevice device) {
        return text("nvmlDeviceGetUUID", device, UUID_LENGTH);
    }

    @Override
    public NvmlResult<String> vbiosVersion(NvmlDevice device) {
        return text("nvmlDeviceGetVbiosVersion", device, VBIOS_LENGTH);
    }

    @Override
    public NvmlResult<String> serial(NvmlDevice device) {
        return text("nvmlDeviceGetSerial", device, SERIAL_LENGTH);
    }

    @Override
    public NvmlResult<ComputeCapability> computeCapability(NvmlDevice device) {
        String name = "nvmlDeviceGetCudaComputeCapability";
        int code = calls.call(name, pointer(device), scratch, second);
        return result(name, code, m -> new ComputeCapability(m.getInt(0), m.getInt(SECOND)));
    }

    @Override
    public NvmlResult<PciInfo> pciInfo(NvmlDevice device) {
        return read(
                "nvmlDeviceGetPciInfo_v3",
                device,
                m -> new PciInfo(m.getString(PCI_INFO_BUS_ID), m.getInt(PCI_INFO_SUBSYSTEM)));
    }

    @Override
    public NvmlResult<Utilization> utilization(NvmlDevice device) {
        return read("nvmlDeviceGetUtilizationRates", device, m -> new Utilization(unsigned(m, 0), unsigned(m, 4)));
    }

    @Override
    public NvmlResult<Long> engineUtilization(NvmlDevice device, Engine engine) {
        String name = switch (engine) {
            case ENCODER -> "nvmlDeviceGetEncoderUtilization";
            case DECODER -> "nvmlDeviceGetDecoderUtilization";
            case JPEG -> "nvmlDeviceGetJpgUtilization";
            case OFA -> "nvmlDeviceGetOfaUtilization";
        };
        int code = calls.call(name, pointer(device), scratch, second);
        return result(name, code, m -> unsigned(m, 0)).number(v -> v);
    }

    @Override
    public NvmlResult<DeviceMemory> memory(NvmlDevice device) {
        scratch.setInt(0, MEMORY_V2_VERSION);
        return read(
                "nvmlDeviceGetMemoryInfo_v2",
                device,
                m -> new DeviceMemory(
                        m.getLong(MEMORY_V2_TOTAL),
                        m.getLong(MEMORY_V2_RESERVED),
                        m.getLong(MEMORY_V2_FREE),
                        m.getLong(MEMORY_V2_USED)));
    }

    @Override
    public NvmlResult<Bar1Memory> bar1Memory(NvmlDevice device) {
        return read(
                "nvmlDeviceGetBAR1MemoryInfo", device, m -> new Bar1Memory(m.getLong(0), m.getLong(8), m.getLong(16)));
    }

    @Override
    public NvmlResult<Long> temperature(NvmlDevice device) {
        return number("nvmlDeviceGetTemperature", device, TEMPERATURE_GPU);
    }

    @Override
    public NvmlResult<Long> temperatureThreshold(NvmlDevice device, Threshold threshold) {
        int number = switch (threshold) {
            case SHUTDOWN -> THRESHOLD_SHUTDOWN;
            case SLOWDOWN -> THRESHOLD_SLOWDOWN;
            case GPU_MAX -> THRESHOLD_GPU_MAX;
        };
        return number("nvmlDeviceGetTemperatureThreshold", device, number);
    }

    @Override
    public NvmlResult<Long> powerUsage(NvmlDevice device) {
        return number("nvmlDeviceGetPowerUsage", device);
    }

    @Override
    public NvmlResult<Long> powerLimit(NvmlDevice device, PowerLimit limit) {
        return number(
                switch (limit) {
                    case REQUESTED -> "nvmlDeviceGetPowerManagementLimit";
                    case ENFORCED -> "nvmlDeviceGetEnforcedPowerLimit";
                    case DEFAULT -> "nvmlDeviceGetPowerManagementDefaultLimit";
                },
                device);
    }

    @Override
    public NvmlResult<PowerRange> powerRange(NvmlDevice device) {
        String name = "nvmlDeviceGetPowerManagementLimitConstraints";
        int code = calls.call(name, pointer(device), scratch, second);
        return result(name, code, m -> new PowerRange(unsigned(m, 0), unsigned(m, SECOND)));
    }

    @Override
    public NvmlResult<Long> totalEnergy(NvmlDevice device) {
        return read("nvmlDeviceGetTotalEnergyConsumption", device, m -> m.getLong(0))
                .number(v -> v);
    }

    @Override
    public NvmlResult<Long> clock(NvmlDevice device, Clock clock) {
        return number("nvmlDeviceGetClockInfo", device, number(clock));
    }

    @Override
    public NvmlResult<Long> maxClock(NvmlDevice device, Clock clock) {
        return number("nvmlDeviceGetMaxClockInfo", device, number(clock));
    }

    @Override
    public NvmlResult<Long> clocksEventReasons(NvmlDevice device) {
        String name = newest("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons");
        return read(name, device, m -> m.getLong(0)).number(v -> v);
    }

    @Override
    public NvmlResult<Integer> fanCount(NvmlDevice device) {
        return NvmlResult.integer(number("nvmlDeviceGetNumFans", device), MAX_DEVICES);
    }

    @Override
    public NvmlResult<Long> fanSpeed(NvmlDevice device, int fan) {
        return number("nvmlDeviceGetFanSpeed_v2", device, fan);
    }

    @Override
    public NvmlResult<Long> performanceState(NvmlDevice device) {
        return number("nvmlDeviceGetPerformanceState", device);
    }

    @Override
    public NvmlResult<Long> computeMode(NvmlDevice device) {
        return number("nvmlDeviceGetComputeMode", device);
    }

    @Override
    public NvmlResult<Long> persistenceMode(NvmlDevice device) {
        return number("nvmlDeviceGetPersistenceMode", device);
    }

    @Override
    public NvmlResult<Long> displayActive(NvmlDevice device) {
        return number("nvmlDeviceGetDisplayActive", device);
    }

    @Override
    public NvmlResult<Long> pcieGeneration(NvmlDevice device) {
        return number("nvmlDeviceGetCurrPcieLinkGeneration", device);
    }

    @Override
    public NvmlResult<Long> pcieMaxGeneration(NvmlDevice device) {
        return number("nvmlDeviceGetMaxPcieLinkGeneration", device);
    }

    @Override
    public NvmlResult<Long> pcieWidth(NvmlDevice device) {
        return number("nvmlDeviceGetCurrPcieLinkWidth", device);
    }

    @Override
    public NvmlResult<Long> pcieMaxWidth(NvmlDevice device) {
        return number("nvmlDeviceGetMaxPcieLinkWidth", device);
    }

    @Override
    public NvmlResult<Long> pcieReplays(NvmlDevice device) {
        return number("nvmlDeviceGetPcieReplayCounter", device);
    }

    @Override
    public NvmlResult<Long> pcieThroughput(NvmlDevice device, PcieDirection direction) {
        int number = switch (direction) {
            case TRANSMIT -> PCIE_TRANSMIT;
            case RECEIVE -> PCIE_RECEIVE;
        };
        return number("nvmlDeviceGetPcieThroughput", device, number);
    }

    @Override
    public NvmlResult<EncoderStats> encoderStats(NvmlDevice device) {
        String name = "nvmlDeviceGetEncoderStats";
        int code = calls.call(name, pointer(device), scratch, second, third);
        return result(name, code, m -> new EncoderStats(unsigned(m, 0), unsigned(m, SECOND), unsigned(m, THIRD)));
    }

    @Override
    public NvmlResult<List<GpuProcess>> computeProcesses(NvmlDevice device) {
        return processes("nvmlDeviceGetComputeRunningProcesses_v2", device);
    }

    @Override
    public NvmlResult<List<GpuProcess>> graphicsProcesses(NvmlDevice device) {
        return processes("nvmlDeviceGetGraphicsRunningProcesses_v2", device);
    }

    @Override
    public NvmlResult<List<ProcessSample>> processUtilization(NvmlDevice device, long lastSeenMicros) {
        String name = "nvmlDeviceGetProcessUtilization";
        scratch.setInt(0, (SCRATCH_BYTES - SECOND) / SAMPLE_SIZE);
        int code = calls.call(name, pointer(device), second, scratch, lastSeenMicros);
        return result(name, code, m -> {
            List<ProcessSample> samples = new ArrayList<>();
            for (int i = 0; i < Math.min(m.getInt(0), (SCRATCH_BYTES - SECOND) / SAMPLE_SIZE); i++) {
                Pointer s = m.share(SECOND + (long) i * SAMPLE_SIZE);
                samples.add(new ProcessSample(
                        s.getInt(0),
                        s.getLong(SAMPLE_TIME),
                        s.getInt(SAMPLE_SM),
                        s.getInt(SAMPLE_MEMORY),
                        s.getInt(SAMPLE_ENCODER),
                        s.getInt(SAMPLE_DECODER)));
            }
            return List.copyOf(samples);
        });
    }

    @Override
    public NvmlResult<Long> eccErrors(NvmlDevice device, EccError type, EccPeriod period) {
        return memoryHealth.eccErrors(device, type, period);
    }

    @Override
    public NvmlResult<Long> memoryTemperature(NvmlDevice device) {
        return memoryHealth.memoryTemperature(device);
    }

    @Override
    public NvmlResult<RemappedRows> remappedRows(NvmlDevice device) {
        return memoryHealth.remappedRows(device);
    }

    @Override
    public NvmlResult<EventSet> createEventSet() {
        return events.createEventSet();
    }

    @Override
    public int registerEvents(NvmlDevice device, long types, EventSet set) {
        return events.registerEvents(device, types, set);
    }

    @Override
    public NvmlResult<Event> awaitEvent(EventSet set, int timeoutMillis) {
        return events.awaitEvent(set, timeoutMillis);
    }

    @Override
    public int freeEventSet(EventSet set) {
        return events.freeEventSet(set);
    }

    private NvmlResult<List<GpuProcess>> processes(String name, NvmlDevice device) {
        scratch.setInt(0, (SCRATCH_BYTES - SECOND) / PROCESS_SIZE);
        int code = calls.call(name, pointer(device), scratch, second);
        return result(name, code, m -> {
            List<GpuProcess> processes = new ArrayList<>();
            for (int i = 0; i < Math.min(m.getInt(0), (SCRATCH_BYTES - SECOND) / PROCESS_SIZE); i++) {
                long at = SECOND + (long) i * PROCESS_SIZE;
                processes.add(new GpuProcess(m.getInt(at), m.getLong(at + PROCESS_MEMORY)));
            }
            return List.copyOf(processes);
        });
    }

    private NvmlResult<String> text(String name, NvmlDevice device, int length) {
        return result(name, calls.call(name, pointer(device), scratch, length), m -> m.getString(0));
    }

    private NvmlResult<Long> number(String name, NvmlDevice device) {
        return read(name, device, m -> unsigned(m, 0)).number(v -> v);
    }

    private NvmlResult<Long> number(String name, NvmlDevice device, int selector) {
        int code = calls.call(name, pointer(device), selector, scratch);
        return result(name, code, m -> unsigned(m, 0)).number(v -> v);
    }

    /** An {@code unsigned int}; -1 if all bits are set. */
    static long unsigned(Pointer memory, long offset) {
        int bits = memory.getInt(offset);
        return bits == -1 ? -1 : Integer.toUnsignedLong(bits);
    }

    private <T> NvmlResult<T> read(String name, NvmlDevice device, Function<Pointer, T> reader) {
        return result(name, calls.call(name, pointer(device), scratch), reader);
    }

    private <T> NvmlResult<T> result(String name, int code, Function<Pointer, T> reader) {
        return code == NvmlCode.SUCCESS ? NvmlResult.of(name, reader.apply(scratch)) : NvmlResult.failed(name, code);
    }

    private String newest(String preferred, String older) {
        return calls.has(preferred) ? preferred : older;
    }

    private static int number(Clock clock) {
        return switch (clock) {
            case GRAPHICS -> CLOCK_GRAPHICS;
            case SM -> CLOCK_SM;
            case MEMORY -> CLOCK_MEMORY;
            case VIDEO -> CLOCK_VIDEO;
        };
    }

    private static Pointer pointer(NvmlDevice device) {
        return new Pointer(device.handle());
    }
}
