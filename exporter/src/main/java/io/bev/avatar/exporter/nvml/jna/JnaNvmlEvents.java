package io.bev.avatar.exporter.nvml.jna;

import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.EVENT_DATA;
import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.EVENT_SIZE;
import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.EVENT_TYPE;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlEvents;
import io.bev.avatar.exporter.nvml.NvmlResult;

/** NVML's event functions, with separate native memory because another thread calls them. */
final class JnaNvmlEvents implements NvmlEvents, AutoCloseable {

    private final NativeCalls calls;
    private final Memory scratch = new Memory(EVENT_SIZE);

    JnaNvmlEvents(NativeCalls calls) {
        this.calls = calls;
    }

    @Override
    public NvmlResult<EventSet> createEventSet() {
        int code = calls.call("nvmlEventSetCreate", scratch);
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of("nvmlEventSetCreate", new EventSet(scratch.getLong(0)))
                : NvmlResult.failed("nvmlEventSetCreate", code);
    }

    @Override
    public int registerEvents(NvmlDevice device, long types, EventSet set) {
        return calls.call("nvmlDeviceRegisterEvents", new Pointer(device.handle()), types, new Pointer(set.handle()));
    }

    @Override
    public NvmlResult<Event> awaitEvent(EventSet set, int timeoutMillis) {
        int code = calls.call("nvmlEventSetWait_v2", new Pointer(set.handle()), scratch, timeoutMillis);
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(
                        "nvmlEventSetWait_v2",
                        new Event(
                                new NvmlDevice(scratch.getLong(0)),
                                scratch.getLong(EVENT_TYPE),
                                scratch.getLong(EVENT_DATA)))
                : NvmlResult.failed("nvmlEventSetWait_v2", code);
    }

    @Override
    public int freeEventSet(EventSet set) {
        return calls.call("nvmlEventSetFree", new Pointer(set.handle()));
    }

    @Override
    public void close() {
        scratch.close();
    }
}
