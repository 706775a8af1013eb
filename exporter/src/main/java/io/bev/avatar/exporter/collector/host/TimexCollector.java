package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** {@code node_timex_*}: the kernel's clock discipline. */
final class TimexCollector implements HostSubcollector {

    /** STA_NANO: offset and jitter are in nanoseconds rather than microseconds. */
    private static final int NANOSECONDS = 0x2000;

    private static final double MICROSECOND = 1e6;

    /** Unit of frequencies: 2^-16 ppm. */
    private static final double PPM_16 = 1e6 * 65536;

    private final KernelClock clock;

    TimexCollector(KernelClock clock) {
        this.clock = clock;
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        KernelClock.State state =
                clock.read().orElseThrow(() -> new SourceAbsentException("permission to call adjtimex"));
        double divisor = (state.status() & NANOSECONDS) != 0 ? 1e9 : MICROSECOND;
        gauge(
                out,
                "offset_seconds",
                "Time offset in between local system and reference clock.",
                state.offset() / divisor);
        gauge(out, "frequency_adjustment_ratio", "Local clock frequency adjustment.", 1 + state.frequency() / PPM_16);
        gauge(out, "maxerror_seconds", "Maximum error in seconds.", state.maxError() / MICROSECOND);
        gauge(out, "estimated_error_seconds", "Estimated error in seconds.", state.estimatedError() / MICROSECOND);
        gauge(out, "status", "Value of the status array bits.", state.status());
        gauge(out, "loop_time_constant", "Phase-locked loop time constant.", state.constant());
        gauge(out, "tick_seconds", "Seconds between clock ticks.", state.tick() / MICROSECOND);
        gauge(out, "pps_frequency_hertz", "Pulse per second frequency.", state.ppsFrequency() / PPM_16);
        gauge(out, "pps_jitter_seconds", "Pulse per second jitter.", state.ppsJitter() / divisor);
        gauge(out, "pps_shift_seconds", "Pulse per second interval duration.", state.ppsShift());
        gauge(
                out,
                "pps_stability_hertz",
                "Pulse per second stability, average of recent frequency changes.",
                state.ppsStability() / PPM_16);
        counter(
                out,
                "pps_jitter_total",
                "Pulse per second count of jitter limit exceeded events.",
                state.ppsJitterCount());
        counter(
                out,
                "pps_calibration_total",
                "Pulse per second count of calibration intervals.",
                state.ppsCalibrations());
        counter(out, "pps_error_total", "Pulse per second count of calibration errors.", state.ppsErrors());
        counter(
                out,
                "pps_stability_exceeded_total",
                "Pulse per second count of stability limit exceeded events.",
                state.ppsStabilityExceeded());
        gauge(out, "tai_offset_seconds", "International Atomic Time (TAI) offset.", state.taiOffset());
        gauge(
                out,
                "sync_status",
                "Is clock synchronized to a reliable server (1 = yes, 0 = no).",
                state.clockState() == KernelClock.State.ERROR ? 0 : 1);
    }

    private static void gauge(MetricSink out, String name, String help, double value) {
        out.gauge("node_timex_" + name, help, value);
    }

    private static void counter(MetricSink out, String name, String help, double value) {
        out.counter("node_timex_" + name, help, value);
    }
}
