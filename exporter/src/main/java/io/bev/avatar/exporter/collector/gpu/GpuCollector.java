package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlLoader;
import io.bev.avatar.exporter.nvml.NvmlSession;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collector {@code gpu}: NVIDIA GPUs through NVML.
 *
 * <pre>
 * nvidia_gpu_temperature_celsius{uuid="GPU-...",gpu="0"} 46
 * nvidia_gpu_memory_used_bytes{uuid="GPU-...",gpu="0"} 1.545601024E9
 * nvidia_gpu_reading_supported{uuid="GPU-...",gpu="0",reading="fan_speed"} 1
 * nvidia_gpu_simulated 0
 * avatar_exporter_nvml_backoff{reason="slow_calls"} 0
 * avatar_exporter_nvml_error{code="18",error="LIB_RM_VERSION_MISMATCH"} 1
 * </pre>
 *
 * <p>Every scrape reads the fast tier on the NVML thread. Values that cost the driver more, or that rarely change, are
 * at most {@link GpuSettings#slowAge} old; values that cannot change in a session are read once. While driver calls are
 * slow or frames are late, slow values are at most {@link GpuSettings#backoffAge} old, fast ones
 * {@link GpuSettings#slowAge}, and those that alerts depend on 1.5 s. No value outlives its session or a failed GPU: its
 * series are then absent and the NVML code is reported. A metric group that fails for another reason than "not supported"
 * fails the collection; the other groups are kept.
 */
public final class GpuCollector implements Collector {

    private static final long SHUTDOWN_TIMEOUT_MILLIS = 5000;

    private final NvmlCallMetrics meter;
    private final XidCounts xids = new XidCounts();
    private final Optional<SmiCollectionMetrics> smi;
    private final GpuReader reader;
    private final NvmlThread thread = new NvmlThread();

    /**
     * @param loader loads the library, with {@code meter} as observer of its calls
     * @param meter call metrics
     * @param pressure signals late frames
     */
    public GpuCollector(
            NvmlLoader loader,
            NvmlCallMetrics meter,
            GpuSettings settings,
            RenderLoadSignal pressure,
            Ticker ticker,
            Clock clock) {
        this.meter = meter;
        this.smi = settings.smiNames() ? Optional.of(new SmiCollectionMetrics()) : Optional.empty();
        NvmlSession session = new NvmlSession(loader, ticker, settings.retryInterval());
        this.reader = new GpuReader(session, settings, xids, pressure, ticker, clock);
    }

    @Override
    public String name() {
        return "gpu";
    }

    @Override
    public void collect(MetricSink out) throws Exception {
        int code = NvmlCode.TIMEOUT;
        boolean processesRead = false;
        try {
            Optional<GpuReader.Snapshot> snapshot = thread.call(reader::read);
            if (snapshot.isEmpty()) {
                throw new PartialCollectionException("the NVIDIA driver hangs: " + currentCall()
                        + "; see 'dmesg | grep -i nvrm'. GPU metrics resume when the call returns");
            }
            code = snapshot.get().code();
            processesRead = snapshot.get().processesRead();
            snapshot.get().samples().forEach(sample -> sample.emit(out));
            backOff(out, "slow_calls", snapshot.get().slowed());
            backOff(out, "late_frames", snapshot.get().framesLate());
            reportFailures(snapshot.get(), out);
        } catch (NvmlException e) {
            code = e.code();
            error(out, e.code(), List.of());
            throw e.remedy().isPresent()
                    ? new PartialCollectionException(e.problem(), e.remedy().get(), e)
                    : new PartialCollectionException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PartialCollectionException("the NVIDIA driver did not respond in time: " + currentCall(), e);
        } finally {
            reader.simulated().ifPresent(simulated -> simulated(out, simulated));
            xids.emit(out);
            emitSmi(out, code, processesRead);
            meter.emit(out);
        }
    }

    private void emitSmi(MetricSink out, int code, boolean processesRead) {
        smi.ifPresent(metrics -> {
            xids.emitSmi(out);
            metrics.emit(out, code, processesRead);
        });
    }

    @Override
    public String remark() {
        return reader.simulated().orElse(false) ? "simulated" : "";
    }

    @Override
    public void close() {
        thread.close(reader::close, SHUTDOWN_TIMEOUT_MILLIS);
    }

    private static void simulated(MetricSink out, boolean simulated) {
        out.gauge(
                "nvidia_gpu_simulated",
                "1 if the GPU metrics come from the simulator instead of a driver",
                simulated ? 1 : 0);
    }

    private static void backOff(MetricSink out, String reason, boolean active) {
        out.gauge(
                "avatar_exporter_nvml_backoff",
                "1 while GPU polling is reduced to protect rendering, by reason",
                active ? 1 : 0,
                "reason",
                reason);
    }

    private static void reportFailures(GpuReader.Snapshot snapshot, MetricSink out) throws PartialCollectionException {
        List<String> problems = new ArrayList<>();
        for (GpuReader.FailedGpu gpu : snapshot.failed()) {
            error(out, gpu);
            String problem = gpu.missingUuid().isPresent()
                    ? "missing since the driver was reloaded, "
                            + gpu.missingUuid().get() + ": "
                    : "";
            problems.add("GPU " + gpu.index() + ": " + problem + NvmlCode.describe(gpu.code()) + " (since "
                    + gpu.since() + ")");
        }
        problems.addAll(snapshot.problems());
        if (!problems.isEmpty()) {
            throw new PartialCollectionException(String.join("; ", problems));
        }
    }

    private static void error(MetricSink out, GpuReader.FailedGpu gpu) {
        List<String> labels = new ArrayList<>(List.of("gpu", String.valueOf(gpu.index())));
        gpu.missingUuid().ifPresent(uuid -> labels.addAll(List.of("uuid", uuid)));
        error(out, gpu.code(), labels);
    }

    private static void error(MetricSink out, int code, List<String> gpu) {
        List<String> labels = new ArrayList<>(gpu);
        labels.addAll(List.of("code", String.valueOf(code), "error", NvmlCode.name(code)));
        out.gauge(
                "avatar_exporter_nvml_error",
                "1 while NVML or this GPU cannot be read; labels give the NVML return code, and the UUID of a GPU that"
                        + " NVML no longer lists",
                1,
                labels.toArray(String[]::new));
    }

    private String currentCall() {
        return thread.thread()
                .flatMap(meter::inFlight)
                .map(call -> "inside " + call)
                .orElse("between calls");
    }
}
