package io.bev.avatar.exporter.nvml;

/** The event functions of NVML, the only ones that a thread other than the session's may call. */
public interface NvmlEvents {

    /** Bit of {@code nvmlEventTypeXidCriticalError}. */
    long XID = 0x8;

    /**
     * An event set.
     *
     * @param handle {@code nvmlEventSet_t}
     */
    record EventSet(long handle) {}

    /**
     * An event.
     *
     * @param device GPU of the event
     * @param type event type bits, such as {@link #XID}
     * @param data for {@link #XID} the XID, 999 if unknown
     */
    record Event(NvmlDevice device, long type, long data) {}

    /** {@code nvmlEventSetCreate}. */
    NvmlResult<EventSet> createEventSet();

    /** {@code nvmlDeviceRegisterEvents}; returns the code. */
    int registerEvents(NvmlDevice device, long types, EventSet set);

    /** {@code nvmlEventSetWait_v2}: blocks for at most {@code timeoutMillis}, then returns {@link NvmlCode#TIMEOUT}. */
    NvmlResult<Event> awaitEvent(EventSet set, int timeoutMillis);

    /** {@code nvmlEventSetFree}; returns the code. */
    int freeEventSet(EventSet set);
}
