package io.bev.avatar.exporter.nvml;

/** NVML's event functions: the only ones that another thread than the session's may call. */
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
     * @param device its GPU
     * @param type bits such as {@link #XID}
     * @param data for {@link #XID} the XID; 999 means unknown
     */
    record Event(NvmlDevice device, long type, long data) {}

    /** {@code nvmlEventSetCreate}. */
    NvmlResult<EventSet> createEventSet();

    /** {@code nvmlDeviceRegisterEvents}; gives the code. */
    int registerEvents(NvmlDevice device, long types, EventSet set);

    /** {@code nvmlEventSetWait_v2}: blocks for at most {@code timeoutMillis}, then gives {@link NvmlCode#TIMEOUT}. */
    NvmlResult<Event> awaitEvent(EventSet set, int timeoutMillis);

    /** {@code nvmlEventSetFree}; gives the code. */
    int freeEventSet(EventSet set);
}
