package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlResult;
import io.bev.avatar.exporter.nvml.NvmlSession;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads all GPUs of the current session; used only by the NVML thread. */
final class GpuReader {

    /**
     * Result of one read.
     *
     * @param samples samples of the readable GPUs
     * @param lost NVML index and return code of the lost GPUs
     * @param framesLate whether reads were reduced because frames are late
     * @param slowed whether reads are reduced because their calls are slow
     */
    record Snapshot(List<GpuSample> samples, Map<Integer, Integer> lost, boolean framesLate, boolean slowed) {}

    private final NvmlSession session;
    private final GpuSettings settings;
    private final XidCounts xids;
    private final RenderLoadSignal pressure;
    private final Ticker ticker;
    private final Clock clock;
    private final Map<Integer, GpuDevice> devices = new TreeMap<>();
    private final Map<Integer, Integer> withoutHandle = new TreeMap<>();
    private long sessionNumber;
    private Optional<XidWatcher> watcher = Optional.empty();

    GpuReader(
            NvmlSession session,
            GpuSettings settings,
            XidCounts xids,
            RenderLoadSignal pressure,
            Ticker ticker,
            Clock clock) {
        this.session = session;
        this.settings = settings;
        this.xids = xids;
        this.pressure = pressure;
        this.ticker = ticker;
        this.clock = clock;
    }

    Snapshot read() throws NvmlException {
        watcher.ifPresent(w -> session.report(w.endCode()));
        NvmlSession.Open open = session.open();
        if (open.number() != sessionNumber) {
            openDevices(open);
        }
        boolean framesLate = pressure.framesLate();
        boolean slowed = false;
        List<GpuSample> samples = new ArrayList<>();
        Map<Integer, Integer> lost = new TreeMap<>(withoutHandle);
        for (Map.Entry<Integer, GpuDevice> entry : devices.entrySet()) {
            GpuDevice device = entry.getValue();
            boolean xid = watcher.map(w -> w.watches(device.handle())).orElse(false);
            List<GpuSample> own = device.read(open.api(), xid, framesLate);
            samples.addAll(own);
            settings.dcgmHost().ifPresent(host -> samples.addAll(DcgmMetricMapper.of(own, host, xids)));
            slowed |= device.slowed();
            if (device.lostCode() != NvmlCode.SUCCESS) {
                lost.put(entry.getKey(), device.lostCode());
            }
        }
        lost.values().forEach(session::report);
        return new Snapshot(samples, lost, framesLate, slowed);
    }

    /** Whether the library is the simulator; empty before it is loaded. Thread-safe. */
    Optional<Boolean> simulated() {
        return session.simulated();
    }

    void close() {
        session.close();
    }

    private void openDevices(NvmlSession.Open open) {
        devices.clear();
        withoutHandle.clear();
        Map<NvmlDevice, XidWatcher.Labels> watched = new HashMap<>();
        for (NvmlSession.Slot slot : open.slots()) {
            NvmlDevice handle = slot.handle().orNull();
            NvmlResult<String> uuid = handle == null
                    ? NvmlResult.failed(slot.handle().call(), slot.handle().code())
                    : open.api().uuid(handle);
            if (handle == null || uuid.orNull() == null) {
                withoutHandle.put(slot.index(), uuid.code());
            } else {
                String index = String.valueOf(slot.index());
                List<String> labels = List.of("uuid", uuid.get(), "gpu", index);
                devices.put(slot.index(), new GpuDevice(handle, labels, readings(), settings, ticker));
                watched.put(handle, new XidWatcher.Labels(uuid.get(), index));
            }
        }
        watcher = XidWatcher.start(
                open.api(), watched, xids, clock, (int) settings.eventWait().toMillis());
        watcher.ifPresent(w -> session.attach(w::stop));
        sessionNumber = open.number();
    }

    private List<GpuMetric> readings() {
        List<GpuMetric> all = new ArrayList<>(BoardMetrics.all(settings.pcieThroughput()));
        all.addAll(MemoryHealthMetrics.all());
        all.addAll(CoreMetrics.all());
        all.add(new ProcessMemory(new ProcessNames(settings.procPath())));
        all.add(new ProcessUtilization(clock, settings.backoffAge()));
        return all;
    }
}
