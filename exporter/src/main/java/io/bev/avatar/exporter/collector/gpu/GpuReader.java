package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlResult;
import io.bev.avatar.exporter.nvml.NvmlSession;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads all GPUs of the current session; used only by the NVML thread. */
final class GpuReader {

    /**
     * Result of one read.
     *
     * @param samples samples of the readable GPUs
     * @param failed GPUs that cannot be read
     * @param code NVML return code of the first failure, {@link NvmlCode#SUCCESS} if all was read
     * @param processesRead whether the processes of all GPUs were read
     * @param problems sentences on metric groups that cannot be read, of the other GPUs
     * @param framesLate whether reads were reduced because frames are late
     * @param slowed whether reads are reduced because their calls are slow
     */
    record Snapshot(
            List<GpuSample> samples,
            List<FailedGpu> failed,
            int code,
            boolean processesRead,
            List<String> problems,
            boolean framesLate,
            boolean slowed) {}

    /**
     * A GPU that cannot be read.
     *
     * @param index its NVML index, or the last one of a GPU that NVML no longer lists
     * @param missingUuid UUID of a GPU that NVML no longer lists
     * @param code return code
     * @param since time of the first failure
     */
    record FailedGpu(int index, Optional<String> missingUuid, int code, Instant since) {}

    /** A GPU for the time of its first failure: UUIDs for those that are missing, because their index may be in use. */
    private record FailureKey(int index, Optional<String> missingUuid) {}

    private final NvmlSession session;
    private final GpuSettings settings;
    private final XidCounts xids;
    private final RenderLoadSignal pressure;
    private final Ticker ticker;
    private final Clock clock;
    private final Map<Integer, GpuDevice> devices = new TreeMap<>();
    private final Map<Integer, Integer> withoutHandle = new TreeMap<>();
    private final Map<FailureKey, Instant> failedSince = new HashMap<>();

    /** UUID and last index of every GPU that was listed since the exporter started. */
    private final Map<String, Integer> known = new TreeMap<>();

    private final ReadingErrors errors;
    private long sessionNumber;
    private long retriedAt;
    private @Nullable XidWatcher watcher;

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
        this.errors = new ReadingErrors(clock);
    }

    Snapshot read() throws NvmlException {
        if (watcher != null) {
            session.report(watcher.endCode());
        }
        NvmlSession.Open open = session.open();
        if (open.number() == sessionNumber) {
            open = retry(open);
        }
        if (open.number() != sessionNumber) {
            openDevices(open);
        }
        boolean framesLate = pressure.framesLate();
        boolean slowed = false;
        boolean processesRead = true;
        int firstCode = NvmlCode.SUCCESS;
        List<GpuSample> samples = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Map<FailureKey, Integer> codes = new LinkedHashMap<>();
        withoutHandle.forEach((index, code) -> codes.put(new FailureKey(index, Optional.empty()), code));
        for (Map.Entry<Integer, GpuDevice> entry : devices.entrySet()) {
            GpuDevice device = entry.getValue();
            List<GpuSample> own = device.read(open.api(), xidStatus(device), framesLate);
            samples.addAll(own);
            settings.dcgmHost().ifPresent(host -> samples.addAll(DcgmMetricMapper.of(own, host, xids)));
            if (settings.smiNames()) {
                samples.addAll(SmiMetricMapper.of(own));
            }
            slowed |= device.slowed();
            if (device.failedCode() == NvmlCode.SUCCESS) {
                device.problem().ifPresent(problems::add);
                firstCode = firstCode == NvmlCode.SUCCESS ? device.readingCode() : firstCode;
                processesRead &= !device.fails(ProcessMemory.NAME);
            } else {
                codes.put(new FailureKey(entry.getKey(), Optional.empty()), device.failedCode());
            }
        }
        missing().forEach((uuid, index) -> codes.put(new FailureKey(index, Optional.of(uuid)), NvmlCode.GPU_NOT_FOUND));
        codes.forEach((key, code) -> report(key.index(), code));
        if (codes.isEmpty()) {
            session.reportWorking();
        }
        if (!codes.isEmpty()) {
            firstCode = codes.values().iterator().next();
            processesRead = false;
        }
        return new Snapshot(samples, failures(codes), firstCode, processesRead, problems, framesLate, slowed);
    }

    /** Has the session opened again, except for {@link #retry} of a GPU without permission. */
    private void report(int index, int code) {
        if (NvmlCode.endsSession(code)) {
            session.report(code);
        } else if (code != NvmlCode.NO_PERMISSION || !withoutHandle.containsKey(index)) {
            session.reportFailedGpu(code);
        }
    }

    /**
     * UUID and last index of the GPUs that were listed before and are not now. A GPU without a handle or UUID has kept its
     * index.
     */
    private Map<String, Integer> missing() {
        Map<String, Integer> missing = new TreeMap<>(known);
        devices.values().forEach(device -> missing.remove(device.uuid()));
        missing.values().removeAll(withoutHandle.keySet());
        return missing;
    }

    private List<FailedGpu> failures(Map<FailureKey, Integer> codes) {
        failedSince.keySet().retainAll(codes.keySet());
        List<FailedGpu> failures = new ArrayList<>();
        codes.forEach((key, code) -> failures.add(new FailedGpu(
                key.index(), key.missingUuid(), code, failedSince.computeIfAbsent(key, k -> clock.instant()))));
        return failures;
    }

    private NvmlResult<?> xidStatus(GpuDevice device) {
        return watcher == null
                ? NvmlResult.failed("nvmlEventSetCreate", NvmlCode.NOT_SUPPORTED)
                : watcher.status(device.handle());
    }

    /**
     * Retries, at intervals, what failed when the session was opened. A GPU to which permission was denied is asked for
     * alone, because a host may deny a container its other GPUs for good; once it answers, a new session reads it.
     */
    private NvmlSession.Open retry(NvmlSession.Open open) throws NvmlException {
        if (ticker.nanos() - retriedAt < settings.retryInterval().toNanos()) {
            return open;
        }
        retriedAt = ticker.nanos();
        if (watcher != null) {
            watcher.retry();
        }
        boolean answers = withoutHandle.keySet().stream()
                .map(index -> open.api().device(index).orNull())
                .anyMatch(handle -> handle != null && open.api().uuid(handle).orNull() != null);
        return answers ? session.reopen() : open;
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
                XidWatcher.Labels labels = new XidWatcher.Labels(uuid.get(), index);
                devices.put(slot.index(), new GpuDevice(handle, labels, readings(), settings, errors, ticker));
                watched.put(handle, labels);
                known.put(uuid.get(), slot.index());
            }
        }
        XidWatcher started = XidWatcher.start(
                open.api(), watched, xids, clock, (int) settings.eventWait().toMillis());
        session.attach(started::stop);
        watcher = started;
        sessionNumber = open.number();
        retriedAt = ticker.nanos();
    }

    private List<GpuMetric> readings() {
        List<GpuMetric> all = new ArrayList<>(BoardMetrics.all(settings.pcieThroughput()));
        all.addAll(MemoryHealthMetrics.all());
        all.addAll(CoreMetrics.all());
        all.addAll(DataCenterMetrics.all());
        all.add(new NvLinkTraffic(ticker));
        all.add(new MigMetrics());
        all.add(new ProcessMemory(new ProcessNames(settings.procPath())));
        all.add(new ProcessUtilization(clock, settings.backoffAge()));
        return all;
    }
}
