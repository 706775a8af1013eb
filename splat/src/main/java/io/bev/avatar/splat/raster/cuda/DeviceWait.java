package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import java.util.concurrent.locks.LockSupport;

/** Waits for the device with a deadline: a hung kernel cannot be cancelled, only abandoned. */
final class DeviceWait {

    /** CUDA_ERROR_LAUNCH_TIMEOUT, which a driver with its own kernel watchdog reports. */
    static final int TIMEOUT_CODE = 702;

    private static final int SPINS = 2000;
    private static final long PAUSE_NANOS = 20_000;

    private final CudaContext context;
    private final Ticker ticker;
    private final long deadlineNanos;

    DeviceWait(CudaContext context, Ticker ticker, long deadlineNanos) {
        this.context = context;
        this.ticker = ticker;
        this.deadlineNanos = deadlineNanos;
    }

    /** @throws CudaException if the work before {@code event} is not complete within the deadline */
    void await(long event) {
        long started = ticker.nanos();
        if (!await(event, deadlineNanos)) {
            requireNotHung(started);
        }
    }

    /** @throws CudaException if the deadline of work submitted at {@code started} is over */
    void requireNotHung(long started) {
        if (ticker.nanos() - started > deadlineNanos) {
            throw CudaException.hung(
                    "cuEventQuery",
                    TIMEOUT_CODE,
                    "not complete after " + deadlineNanos / 1_000_000 + " ms, a kernel hangs");
        }
    }

    /** Waits at most {@code limitNanos}; returns whether the work before {@code event} is complete. */
    boolean await(long event, long limitNanos) {
        long started = ticker.nanos();
        int tries = 0;
        while (!context.reached(event)) {
            if (ticker.nanos() - started > limitNanos) {
                return false;
            }
            if (tries++ < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return true;
    }
}
