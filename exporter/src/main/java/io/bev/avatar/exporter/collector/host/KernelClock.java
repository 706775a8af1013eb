package io.bev.avatar.exporter.collector.host;

import java.io.IOException;
import java.util.Optional;

/** Reads the state of the kernel's clock discipline. */
@FunctionalInterface
public interface KernelClock {

    /**
     * Result of {@code adjtimex(2)}, in the units of its {@code struct timex}.
     *
     * @param clockState return value; {@link #ERROR} when the clock is not synchronised
     */
    record State(
            int clockState,
            long offset,
            long frequency,
            long maxError,
            long estimatedError,
            int status,
            long constant,
            long tick,
            long ppsFrequency,
            long ppsJitter,
            int ppsShift,
            long ppsStability,
            long ppsJitterCount,
            long ppsCalibrations,
            long ppsErrors,
            long ppsStabilityExceeded,
            int taiOffset) {

        /** TIME_ERROR of {@code sys/timex.h}. */
        static final int ERROR = 5;
    }

    /**
     * State of the clock; empty when this process is not allowed to read it.
     *
     * @throws IOException when the call failed
     */
    Optional<State> read() throws IOException;
}
