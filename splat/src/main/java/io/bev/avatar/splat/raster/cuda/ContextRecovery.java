package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Recreates a lost context: once, after a pause, concurrently with rendering. If that fails or hangs, or the new
 * context fails soon, the process is asked to exit. For the render thread only; any thread may read the status.
 */
final class ContextRecovery implements AutoCloseable {

    /** Delay before the context is recreated: a driver takes seconds to reload. */
    static final long REBUILD_NANOS = 5_000_000_000L;

    /** After this time without a fault, the context may be recreated again. */
    static final long PROVEN_NANOS = 600_000_000_000L;

    /**
     * Timeout of opening the device, after which the driver counts as hung; compiling the kernels takes some seconds.
     */
    static final long OPENING_NANOS = 60_000_000_000L;

    private final Supplier<CudaRasterizer> opener;
    private final Executor executor;
    private final Consumer<CudaRasterizer> owner;
    private final Consumer<String> onUnrecoverable;
    private final Ticker ticker;

    private volatile String state = "active";
    private volatile @Nullable String failureReason;
    private volatile int lastErrorCode;
    private final AtomicLong rebuilds = new AtomicLong();

    private long openedAt;
    /** Valid in state lost. */
    private long rebuildAt;

    private boolean rebuildUsed;
    private @Nullable DeviceOpenAttempt opening;
    private long openingSince;

    /**
     * Starts with a newly opened context.
     *
     * @param opener opens another context
     * @param executor runs the opener
     * @param owner receives the opened context, from {@link #advance}
     * @param onUnrecoverable called once, with the reason, when the GPU cannot be recovered
     */
    ContextRecovery(
            Supplier<CudaRasterizer> opener,
            Executor executor,
            Consumer<CudaRasterizer> owner,
            Consumer<String> onUnrecoverable,
            Ticker ticker) {
        this.opener = opener;
        this.executor = executor;
        this.owner = owner;
        this.onUnrecoverable = onUnrecoverable;
        this.ticker = ticker;
        openedAt = ticker.nanos();
    }

    /** See {@link GpuControl#contextState}. */
    String state() {
        return state;
    }

    /** The reason why no other context will be created; empty while one is possible. */
    Optional<String> failureReason() {
        return Optional.ofNullable(failureReason);
    }

    /** Last CUresult; 0 if none. */
    int lastErrorCode() {
        return lastErrorCode;
    }

    /** Number of recreated contexts. */
    long rebuilds() {
        return rebuilds.get();
    }

    /** Marks the context as failed; it is no longer used. */
    void lost(CudaException fault) {
        lastErrorCode = fault.code();
        if (ticker.nanos() - openedAt > PROVEN_NANOS) {
            rebuildUsed = false;
        }
        if (rebuildUsed) {
            fail("the GPU failed again: " + fault.getMessage());
        } else {
            state = "lost";
            rebuildAt = ticker.nanos() + REBUILD_NANOS;
        }
    }

    /** Recreates the context immediately; this does not count as a recovery from a failure. */
    void startOnRequest() {
        start();
        rebuildUsed = false;
    }

    private void start() {
        state = "rebuilding";
        rebuildUsed = true;
        openingSince = ticker.nanos();
        opening = DeviceOpenAttempt.start(opener, executor);
    }

    /** Performs the pending step; called before each frame. */
    void advance() {
        DeviceOpenAttempt current = opening;
        if (current != null) {
            Optional<DeviceOpenAttempt.Outcome> done = current.result();
            if (done.isPresent()) {
                opening = null;
                adopt(done.get());
            } else if (ticker.nanos() - openingSince > OPENING_NANOS) {
                opening = null;
                current.abandon();
                fail("the CUDA context was not recreated within " + OPENING_NANOS / 1_000_000_000 + " s");
            }
        } else if (state.equals("lost") && ticker.nanos() - rebuildAt >= 0) {
            start();
        }
    }

    private void adopt(DeviceOpenAttempt.Outcome done) {
        CudaRasterizer device = done.device();
        if (device != null) {
            owner.accept(device);
            rebuilds.incrementAndGet();
            openedAt = ticker.nanos();
            state = "active";
        } else {
            RuntimeException fault = done.fault();
            lastErrorCode = fault instanceof CudaException e ? e.code() : lastErrorCode;
            fail("the CUDA context could not be recreated: " + (fault == null ? "" : fault.getMessage()));
        }
    }

    private void fail(String reason) {
        state = "failed";
        failureReason = reason;
        onUnrecoverable.accept(reason);
    }

    /** Closes a context that is still being opened. */
    @Override
    public void close() {
        DeviceOpenAttempt pending = opening;
        opening = null;
        if (pending != null) {
            pending.abandon();
        }
    }
}
