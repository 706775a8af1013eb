package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlEvents;
import io.bev.avatar.exporter.nvml.NvmlEvents.Event;
import io.bev.avatar.exporter.nvml.NvmlEvents.EventSet;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Waits for XID events of one session on a dedicated thread, because the wait blocks. */
final class XidWatcher {

    private static final long STOP_TIMEOUT_MILLIS = 3000;

    /** Labels of a device. */
    record Labels(String uuid, String gpu) {}

    private final NvmlEvents events;
    private final Map<NvmlDevice, Labels> devices;
    private final XidCounts counts;
    private final Clock clock;
    private final int waitMillis;
    private final Map<NvmlDevice, NvmlResult<?>> registrations = new HashMap<>();
    private final Map<NvmlDevice, Labels> watched = new ConcurrentHashMap<>();
    private @Nullable EventSet set;
    private @Nullable Thread thread;
    private volatile boolean stopping;
    private volatile int endCode = NvmlCode.SUCCESS;
    private volatile @Nullable NvmlResult<?> failedWait;

    private XidWatcher(
            NvmlEvents events, Map<NvmlDevice, Labels> devices, XidCounts counts, Clock clock, int waitMillis) {
        this.events = events;
        this.devices = Map.copyOf(devices);
        this.counts = counts;
        this.clock = clock;
        this.waitMillis = waitMillis;
    }

    /** Starts watching the devices that support it; without any, no thread is started. */
    static XidWatcher start(
            NvmlEvents events, Map<NvmlDevice, Labels> devices, XidCounts counts, Clock clock, int waitMillis) {
        XidWatcher watcher = new XidWatcher(events, devices, counts, clock, waitMillis);
        watcher.register();
        return watcher;
    }

    /** Registers again the devices whose registration failed. */
    void retry() {
        if (registrations.values().stream()
                .anyMatch(r -> r.code() != NvmlCode.SUCCESS && !NvmlCode.isUnsupported(r.code()))) {
            register();
        }
    }

    /** The latest registration of {@code device}, or the latest wait if it failed. */
    NvmlResult<?> status(NvmlDevice device) {
        NvmlResult<?> registration = registrations.get(device);
        NvmlResult<?> wait = failedWait;
        if (registration == null) {
            return NvmlResult.failed("nvmlDeviceRegisterEvents", NvmlCode.NOT_SUPPORTED);
        }
        return registration.code() == NvmlCode.SUCCESS && wait != null ? wait : registration;
    }

    /** The code of the failure that ended the watch, otherwise {@link NvmlCode#SUCCESS}. */
    int endCode() {
        return endCode;
    }

    /** Ends the thread and frees the event set; returns false when the thread is still inside the library. */
    boolean stop() {
        stopping = true;
        Thread waiting = thread;
        if (waiting != null) {
            try {
                waiting.join(STOP_TIMEOUT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (waiting.isAlive()) {
                return false;
            }
        }
        free();
        return true;
    }

    private void register() {
        EventSet current = eventSet();
        if (current == null) {
            return;
        }
        devices.forEach((device, labels) -> {
            if (!watched.containsKey(device)) {
                int code = events.registerEvents(device, NvmlEvents.XID, current);
                String call = "nvmlDeviceRegisterEvents";
                if (code == NvmlCode.SUCCESS) {
                    registrations.put(device, NvmlResult.of(call, code));
                    watched.put(device, labels);
                } else {
                    registrations.put(device, NvmlResult.failed(call, code));
                }
            }
        });
        if (watched.isEmpty()) {
            free();
        } else if (thread == null) {
            thread = DaemonThreads.start("nvml-xid", () -> watch(current));
        }
    }

    private @Nullable EventSet eventSet() {
        if (set == null) {
            NvmlResult<EventSet> created = events.createEventSet();
            set = created.orNull();
            if (set == null) {
                devices.keySet().forEach(device -> registrations.put(device, created));
            }
        }
        return set;
    }

    private void free() {
        EventSet unused = set;
        set = null;
        if (unused != null) {
            events.freeEventSet(unused);
        }
    }

    private void watch(EventSet current) {
        while (!stopping) {
            NvmlResult<Event> next = events.awaitEvent(current, waitMillis);
            Event event = next.orNull();
            if (event != null || next.code() == NvmlCode.TIMEOUT) {
                failedWait = null;
                count(event);
            } else {
                failedWait = next;
                if (NvmlCode.endsSession(next.code())) {
                    endCode = next.code();
                    return;
                }
                // NVML returns errors for transient failures, too: keep watching after a pause.
                pause();
            }
        }
    }

    private void count(@Nullable Event event) {
        Labels labels = event == null ? null : watched.get(event.device());
        if (event != null && labels != null && (event.type() & NvmlEvents.XID) != 0) {
            counts.add(labels.uuid(), labels.gpu(), event.data(), clock.instant());
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
