package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlEvents;
import io.bev.avatar.exporter.nvml.NvmlEvents.Event;
import io.bev.avatar.exporter.nvml.NvmlEvents.EventSet;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Waits for XID events of one session on a dedicated thread, because the wait blocks. */
final class XidWatcher {

    private static final long STOP_TIMEOUT_MILLIS = 3000;

    /** Labels of a device. */
    record Labels(String uuid, String gpu) {}

    private final NvmlEvents events;
    private final EventSet set;
    private final Map<NvmlDevice, Labels> devices;
    private final XidCounts counts;
    private final Clock clock;
    private final int waitMillis;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile int endCode = NvmlCode.SUCCESS;

    private XidWatcher(
            NvmlEvents events,
            EventSet set,
            Map<NvmlDevice, Labels> devices,
            XidCounts counts,
            Clock clock,
            int waitMillis) {
        this.events = events;
        this.set = set;
        this.devices = devices;
        this.counts = counts;
        this.clock = clock;
        this.waitMillis = waitMillis;
        this.thread = new Thread(this::watch, "nvml-xid");
        thread.setDaemon(true);
    }

    /** Starts watching the devices that support it; empty when none does. */
    static Optional<XidWatcher> start(
            NvmlEvents events, Map<NvmlDevice, Labels> devices, XidCounts counts, Clock clock, int waitMillis) {
        NvmlResult<EventSet> created = events.createEventSet();
        EventSet set = created.orNull();
        if (set == null) {
            return Optional.empty();
        }
        Map<NvmlDevice, Labels> watched = new HashMap<>();
        devices.forEach((device, labels) -> {
            if (events.registerEvents(device, NvmlEvents.XID, set) == NvmlCode.SUCCESS) {
                watched.put(device, labels);
            }
        });
        if (watched.isEmpty()) {
            events.freeEventSet(set);
            return Optional.empty();
        }
        XidWatcher watcher = new XidWatcher(events, set, Map.copyOf(watched), counts, clock, waitMillis);
        watcher.thread.start();
        return Optional.of(watcher);
    }

    /** Whether XID events of {@code device} are watched. */
    boolean watches(NvmlDevice device) {
        return endCode == NvmlCode.SUCCESS && devices.containsKey(device);
    }

    /** The code of the failure that ended the watch, otherwise {@link NvmlCode#SUCCESS}. */
    int endCode() {
        return endCode;
    }

    /** Ends the thread and frees the event set; returns false when the thread is still inside the library. */
    boolean stop() {
        stopping = true;
        try {
            thread.join(STOP_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            return false;
        }
        events.freeEventSet(set);
        return true;
    }

    private void watch() {
        while (!stopping) {
            NvmlResult<Event> next = events.awaitEvent(set, waitMillis);
            Event event = next.orNull();
            if (event != null) {
                Labels labels = devices.get(event.device());
                if (labels != null && (event.type() & NvmlEvents.XID) != 0) {
                    counts.add(labels.uuid(), labels.gpu(), event.data(), clock.instant());
                }
            } else if (next.code() == NvmlCode.UNKNOWN) {
                // NVML returns UNKNOWN for transient failures, too: keep watching after a pause.
                pause();
            } else if (next.code() != NvmlCode.TIMEOUT) {
                endCode = next.code();
                return;
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(waitMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }
}
